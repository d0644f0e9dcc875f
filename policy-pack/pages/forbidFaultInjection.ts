import type { Page } from "./page";

export const forbidFaultInjectionPage: Page = {
  why: "Fault injection delays or aborts requests to test resilience. In production it fails the requests of users. It is often left in place after a test.",
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
        attempts: 2
        perTryTimeout: 2s
        retryOn: connect-failure,refused-stream
      fault:
        abort:
          httpStatus: 503
          percentage:
            value: 5`,
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
        retryOn: connect-failure,refused-stream`,
  exempt: "Exempt one VirtualService for the time of a planned resilience test.",
};
