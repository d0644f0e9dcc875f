/** Parts of the rules' examples. */

/** A namespace whose pods get a sidecar. */
export const meshNamespace = `apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { istio-injection: enabled } }
`;

/** STRICT mutual TLS for the mesh. */
export const strict = `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
`;

/** A Deployment of a service, whose pods have the label `app`. */
export function deployment(
  app: string,
  { labels = "", env = "" }: { readonly labels?: string; readonly env?: string } = {},
): string {
  const own = [`app: ${app}`, ...(labels === "" ? [] : [labels])].join(", ");
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${app}, namespace: shop }
spec:
  template:
    metadata: { labels: { ${own} } }
    spec:
      serviceAccountName: ${app}
      containers: [{ name: ${app}, image: "example.com/${app}:1"${env === "" ? "" : `, env: [${env}]`} }]
`;
}

/** A Service of the pods with the label `app`. */
export function service(app: string, port = "name: http, port: 8080"): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${app}, namespace: shop }
spec:
  selector: { app: ${app} }
  ports: [{ ${port} }]
`;
}

/** A policy for the pods with the label `app`. */
export function policy(app: string, spec: string): string {
  return `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: { name: ${app}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${app} } }
${spec.replaceAll(/^/gm, "  ")}
`;
}

/** A Gateway for pods with the label `istio: ingress`, with one server. */
export function gateway(server: string): string {
  return `apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  selector: { istio: ingress }
  servers:
    - ${server}
`;
}

/** A Gateway of the Gateway API in the namespace shop, with one listener for its own namespace. */
export const apiGateway = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: public, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP, hostname: shop.example.com }]
`;

/** An HTTPRoute in the namespace shop. */
export function httpRoute(spec: string): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: web, namespace: shop }
spec:
${spec.replaceAll(/^/gm, "  ")}
`;
}

/** A VirtualService whose requests the proxy answers itself. */
export function route(hosts: string, gateways: string, name = "web"): string {
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: ${name}, namespace: shop }
spec:
  hosts: [${hosts}]
  gateways: [${gateways}]
  http: [{ directResponse: { status: 200 } }]
`;
}

/** A server that leaves TLS to the pods. */
export const passthrough =
  "{ port: { number: 443, name: tls, protocol: TLS }, hosts: [shop.example.com], tls: { mode: PASSTHROUGH } }";

/** A VirtualService of `reviews`, with HTTP routes. */
export function routes(...http: readonly string[]): string {
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: reviews, namespace: shop }
spec:
  hosts: [reviews]
  http:
${http.map((one) => `    - { ${one} }\n`).join("")}`;
}

/** A DestinationRule of `reviews` with a subset. */
export function subsets(version: string): string {
  return `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: reviews, namespace: shop }
spec:
  host: reviews
  subsets: [{ name: ${version}, labels: { version: ${version} } }]
`;
}

/** Manifests of several objects. */
export function documents(...all: readonly string[]): string {
  return all.join("---\n");
}

/** A NetworkPolicy for the pods with the label `app`. */
export function networkPolicy(
  app: string,
  type: "Egress" | "Ingress",
  rules: string,
  namespace = "shop",
): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${app}, namespace: ${namespace} }
spec:
  podSelector: { matchLabels: { app: ${app} } }
  policyTypes: [${type}]
${rules.replaceAll(/^/gm, "  ")}
`;
}
