import type { Page } from "./page";

export const boundTraceSamplingPage: Page = {
  why: "A trace of every request costs about as much as the request. Traces also contain the URLs that users sent.",
  wrong: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: default
  namespace: shop
spec:
  tracing:
    - randomSamplingPercentage: 100`,
  right: `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata:
  name: default
  namespace: shop
spec:
  tracing:
    - randomSamplingPercentage: 1`,
  exempt: "Exempt one workload while an incident is investigated.",
};
