import type { Page } from "./page";

export const requireGatewayTlsPage: Page = {
  why: "Traffic through a gateway crosses networks outside the mesh. Without TLS it can be read and changed there. TLS 1.0 and 1.1 have known weaknesses and are no longer accepted by browsers.",
  wrong: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: public
  namespace: shop
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 80
        name: http
        protocol: HTTP
      hosts: ["shop.example.com"]`,
  right: `apiVersion: networking.istio.io/v1
kind: Gateway
metadata:
  name: public
  namespace: shop
spec:
  selector:
    istio: ingress
  servers:
    - port:
        number: 80
        name: http
        protocol: HTTP
      hosts: ["shop.example.com"]
      tls:
        httpsRedirect: true
    - port:
        number: 443
        name: https
        protocol: HTTPS
      hosts: ["shop.example.com"]
      tls:
        mode: SIMPLE
        credentialName: shop`,
  exempt:
    "Exempt a Gateway whose load balancer terminates TLS and reaches the gateway over a private network. Plaintext " +
    "HTTP needs no exemption if VirtualServices or HTTPRoutes of the same stack redirect it to https. They may have " +
    "routes for the paths below /.well-known/acme-challenge/. Exempt the Gateway if these routes are in another stack.",
};
