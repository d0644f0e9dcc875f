import type { Page } from "./page";

export const forbidUnsafeRetriesPage: Page = {
  why: "A POST or PATCH that is processed and then fails with a 503 is processed again by a retry: an order is placed twice. Only conditions under which the service has not received the request are safe.",
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
        retryOn: 5xx`,
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
        retryOn: connect-failure,refused-stream`,
  exempt: "Exempt a service whose POST requests are idempotent, for example by an idempotency key.",
};
