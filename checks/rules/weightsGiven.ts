import { formatPath, isHttp } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const versions = { v1: {}, v2: {} };

export const weightsGiven: DefinitionRule = {
  code: "MW202",
  severity: "error",
  title: "A service with several versions says how traffic is divided among them",
  stage: "definition",
  examples: {
    wrong: webAndApi({}, { versions }),
    right: webAndApi({}, { versions, traffic: { weights: { v1: 100, v2: 0 } } }),
  },
  *check(definition, isWritten) {
    for (const [name, { ports = {}, versions: declared = {} }] of Object.entries(definition.services)) {
      const names = Object.keys(declared);
      const http = Object.values(ports).some(({ protocol }) => isHttp(protocol));
      if (!http || names.length < 2 || isWritten("services", name, "traffic", "weights")) continue;
      yield {
        path: formatPath(["services", name, "versions"]),
        message: `"${name}" has the versions ${names.join(", ")}, and no weights`,
        fix: `add traffic: { weights: { ${names.map((one, i) => `${one}: ${i === 0 ? 100 : 0}`).join(", ")} } }`,
      };
    }
  },
};
