import { formatPath } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const telemetry = { tracing: { randomSamplingPercentage: 0 } };

export const telemetryProvided: DefinitionRule = {
  code: "MW801",
  severity: "error",
  title: "What a service reports in its own way, the mesh reports somewhere",
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { telemetry }),
    right: {
      ...webAndApi({}, { telemetry }),
      telemetry: { tracing: { provider: "jaeger", randomSamplingPercentage: 1 } },
    },
  },
  *check(definition, isWritten) {
    for (const [name, { telemetry: own = {} }] of Object.entries(definition.services)) {
      for (const section of ["tracing", "accessLogging"] as const) {
        if (!own[section] || isWritten("telemetry", section)) continue;
        yield {
          path: formatPath(["services", name, "telemetry", section]),
          message: `the mesh has no provider for ${section}, so "${name}" has nobody to report to`,
          fix: `add telemetry.${section} with a provider to the mesh, or remove it here`,
        };
      }
    }
  },
};
