import type { Page } from "./page";

export const requireHostOwnershipPage: Page = {
  why: "A VirtualService or ServiceEntry that is exported to all namespaces changes the traffic of every client of its hosts. So a team can redirect requests for a host of another team to its own workload, and read them.",
  wrong: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: team-a
spec:
  hosts: ["cart.shop.svc.cluster.local"]
  http:
    - route:
        - destination:
            host: proxy`,
  right: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: cart
  namespace: team-a
spec:
  exportTo: ["."]
  hosts: ["cart.shop.svc.cluster.local"]
  http:
    - route:
        - destination:
            host: cart.shop.svc.cluster.local`,
  exempt: "Exempt a namespace of a platform team that configures hosts of other teams on purpose.",
};
