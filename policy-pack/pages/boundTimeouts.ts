import type { Page } from "./page";

export const boundTimeoutsPage: Page = {
  why: "Istio sets no timeout by default. A caller of a service that does not respond holds its own connections until it fails too.",
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
      retries:
        attempts: 0`,
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
        attempts: 0`,
  exempt: "Exempt routes for streams and long polling, or exclude them by a label with `excludeFor`.",
};
