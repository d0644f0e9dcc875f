import { formatPath, parsePath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const detecting = (consecutiveGatewayErrors: number): object => ({
  circuitBreaker: { outlierDetection: { consecutive5xxErrors: 5, consecutiveGatewayErrors } },
});

export const gatewayErrorsSmaller: MeshRule = {
  code: "MW503",
  severity: "warning",
  title: "Fewer gateway errors than 5xx errors lead to an ejection",
  stage: "mesh",
  examples: { wrong: webAndApi({}, detecting(5)), right: webAndApi({}, detecting(3)) },
  *check({ services, externalServices }) {
    for (const { name, path, circuitBreaker } of [...services, ...externalServices]) {
      const { consecutive5xxErrors = 0, consecutiveGatewayErrors } = circuitBreaker.outlierDetection ?? {};
      if (consecutiveGatewayErrors === undefined || consecutiveGatewayErrors < consecutive5xxErrors) continue;
      yield {
        path: formatPath([
          ...parsePath(path),
          "circuitBreaker",
          "outlierDetection",
          "consecutiveGatewayErrors",
        ]),
        message: `${consecutiveGatewayErrors} gateway errors are also 5xx errors, ${consecutive5xxErrors} of which eject an endpoint of "${name}" before`,
        fix: `set it to less than ${consecutive5xxErrors}, or remove it`,
      };
    }
  },
};
