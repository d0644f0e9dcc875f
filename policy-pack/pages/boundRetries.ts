import type { Page } from "./page";

export const boundRetriesPage: Page = {
  why: "Retries multiply along a call path: 3 retries at each of 3 calls turn 1 request into 64. Attempts that exceed the timeout of the route are never made, so the configured number is misleading.",
  wrong: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: catalog
  namespace: shop
spec:
  hosts: ["catalog"]
  http:
    - route:
        - destination:
            host: catalog
      timeout: 10s
      retries:
        attempts: 9
        retryOn: connect-failure`,
  right: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: catalog
  namespace: shop
spec:
  hosts: ["catalog"]
  http:
    - route:
        - destination:
            host: catalog
      timeout: 10s
      retries:
        attempts: 2
        perTryTimeout: 2s
        retryOn: connect-failure`,
  exempt:
    "Exempt a route to a service that often refuses connections during deployments, with `retryOn: connect-failure`.",
};
