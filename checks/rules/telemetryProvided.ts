import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const telemetry = { tracing: { randomSamplingPercentage: 0 } };

export const text = (service: string, section: "tracing" | "accessLogging"): Text => ({
  message: `the mesh has no provider for ${section}, so "${service}" reports nothing`,
  fix: `add telemetry.${section} with a provider to the mesh, or remove it here`,
});

export const telemetryProvided: DefinitionRule = {
  code: "MW801",
  severity: "error",
  title: "Telemetry settings of a service have a provider in the mesh",
  why: [
    "A service's Telemetry changes how much is reported, and inherits the provider from the mesh.",
    "Without a provider, Istio reports neither traces nor access logs for it.",
  ],
  see: pages.telemetry,
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
          ...text(name, section),
        };
      }
    }
  },
};
