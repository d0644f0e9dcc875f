import type { Page } from "./page";

export const forbidWildcardHostsPage: Page = {
  why: "A Gateway for every host also serves hosts of other teams, and a VirtualService with a wildcard also routes hosts that are added later. Listed hosts make the owner of each route explicit.",
  wrong: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: catalog
  namespace: shop
spec:
  hosts: ["*.example.com"]
  http:
    - route:
        - destination:
            host: catalog
      timeout: 10s
      retries:
        attempts: 2
        perTryTimeout: 2s
        retryOn: connect-failure,refused-stream`,
  right: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: catalog
  namespace: shop
spec:
  hosts: ["shop.example.com"]
  http:
    - route:
        - destination:
            host: catalog
      timeout: 10s
      retries:
        attempts: 2
        perTryTimeout: 2s
        retryOn: connect-failure,refused-stream`,
  exempt:
    "Exempt a VirtualService of the mesh's own proxies that serves generated names. One that is bound to Gateways only may have the hosts of a domain, such as one per tenant.",
};
