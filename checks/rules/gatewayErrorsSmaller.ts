import { formatPath, parsePath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const detecting = (consecutiveGatewayErrors: number): object => ({
  circuitBreaker: { outlierDetection: { consecutive5xxErrors: 5, consecutiveGatewayErrors } },
});

export const text = (service: string, gatewayErrors: number, serverErrors: number): Text => ({
  message: `${gatewayErrors} gateway errors are also 5xx errors, and ${serverErrors} of those eject an endpoint of "${service}" earlier`,
  fix: `set it to less than ${serverErrors}, or remove it`,
});

export const gatewayErrorsSmaller: MeshRule = {
  code: "MW503",
  severity: "warning",
  title: "The limit for gateway errors is below the limit for 5xx errors",
  why: [
    "Gateway errors (502, 503 and 504) also count as 5xx errors.",
    "With an equal or higher limit, `consecutive5xxErrors` always ejects the endpoint first, so `consecutiveGatewayErrors` has no effect.",
  ],
  see: pages.destinationRule,
  suppress: "an override raises consecutive5xxErrors.",
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
        ...text(name, consecutiveGatewayErrors, consecutive5xxErrors),
      };
    }
  },
};
