import type { Page } from "./page";

export const forbidForgedHeadersPage: Page = {
  why: "Proxies set x-forwarded-client-cert to the identity in the certificate of the client, and x-forwarded-for to its address. Services and rules trust these headers, so a route that sets one forges an identity.",
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
      headers:
        request:
          set:
            x-forwarded-client-cert: By=spiffe://cluster.local/ns/shop/sa/admin`,
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
        retryOn: connect-failure,refused-stream
      headers:
        request:
          set:
            x-tenant: shop`,
  exempt: "Exempt a route to an external host that requires one of these headers.",
};
