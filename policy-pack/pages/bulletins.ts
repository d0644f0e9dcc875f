import { facts } from "../facts";

/** A configuration that a bulletin describes, and the policy that refuses it. */
export interface RefusedConfiguration {
  /** Name of the policy. */
  readonly policy: string;
  /** What the configuration does, to follow "a configuration". */
  readonly what: string;
  /** The configuration as a YAML document, as in {@link Page.wrong}. */
  readonly wrong: string;
}

/** What the pack does about one of Istio's security bulletins. */
export interface BulletinAnswer {
  /** Istio's name for the bulletin. */
  readonly name: string;
  /** The newest version that the bulletin lists as affected. Undefined if no version has a fix. */
  readonly affected?: `${number}.${number}.${number}`;
  /** The vulnerability, as a sentence. */
  readonly about: string;
  /** Configurations that expose the vulnerability or restore it, and that the pack refuses in prod. */
  readonly refused: readonly RefusedConfiguration[];
}

const envoyFilter = (applyTo: string, value: string, match = "^1\\.31.*"): string =>
  `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: extension
  namespace: shop
spec:
  priority: 10
  configPatches:
    - applyTo: ${applyTo}
      match:
        proxy:
          proxyVersion: ${match}
      patch:
        operation: ADD
        value:
${value.replace(/^/gm, "          ")}`;

const filter = (name: string, type: string): string =>
  envoyFilter(
    "HTTP_FILTER",
    `name: ${name}\ntyped_config:\n  "@type": type.googleapis.com/envoy.extensions.filters.http.${type}`,
  );

const pod = (annotation: string): string => `apiVersion: v1
kind: Pod
metadata:
  name: catalog
  namespace: shop
  annotations:
    ${annotation}
spec:
  containers:
    - name: catalog
      image: registry.example.com/catalog:1.4.2`;

const istiod = (values: string): string => `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  values:
    ${values}`;

const jwks = (uri: string): string => `apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata:
  name: default
  namespace: shop
spec:
  jwtRules:
    - issuer: https://auth.example.com
      jwksUri: ${uri}`;

/** Istio's security bulletins since 2024, the newest first, as read at https://istio.io/latest/news/security/. */
export const bulletins: readonly BulletinAnswer[] = [
  {
    name: "ISTIO-SECURITY-2026-006",
    affected: "1.30.3",
    about: "A long regular expression in `proxyVersion` of an EnvoyFilter exhausts istiod.",
    refused: [
      {
        policy: "require-safe-envoy-filters",
        what: "with a `proxyVersion` longer than 1,024 characters",
        wrong: envoyFilter("HTTP_FILTER", "name: any", `(${"a?".repeat(600)})`),
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2026-005",
    affected: "1.30.2",
    about: "Fifteen vulnerabilities of Envoy, among them the filters `ext_proc`, `ext_authz` and `oauth2`.",
    refused: [
      {
        policy: "require-safe-envoy-filters",
        what: "that inserts `ext_proc`",
        wrong: filter("envoy.filters.http.ext_proc", "ext_proc.v3.ExternalProcessor"),
      },
      {
        policy: "require-safe-envoy-filters",
        what: "that inserts `oauth2`",
        wrong: filter("envoy.filters.http.oauth2", "oauth2.v3.OAuth2"),
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2026-004",
    affected: "1.30.0",
    about: "Cookie headers of HTTP/2 requests exhaust a proxy's memory.",
    refused: [],
  },
  {
    name: "ISTIO-SECURITY-2026-003",
    affected: "1.29.1",
    about:
      "Dots in `serviceAccounts` match any character, and istiod fetches `jwksUri` from addresses of its own node.",
    refused: [
      {
        policy: "require-secure-jwks",
        what: "whose `jwksUri` is a loopback or link-local address",
        wrong: jwks("https://169.254.169.254/latest/meta-data"),
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2026-002",
    about:
      "A VirtualService, DestinationRule or ServiceEntry of one namespace redirects requests for hosts of other namespaces. " +
      "Istio considers this expected behavior.",
    refused: [
      {
        policy: "require-host-ownership",
        what: "for a host of another namespace, exported to all namespaces",
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
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2026-001",
    affected: "1.29.0",
    about:
      "Repeated headers bypass RBAC, a failed JWKS fetch accepts tokens of a known key, and istiod's debug endpoints need no " +
      "authentication.",
    refused: [
      {
        policy: "restrict-control-plane",
        what: "that disables the authentication of debug endpoints",
        wrong: istiod('env: { ENABLE_DEBUG_ENDPOINT_AUTH: "false" }'),
      },
      {
        policy: "require-pinned-wasm",
        what: "with a WasmPlugin whose image is not pinned",
        wrong: `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata:
  name: plugin
  namespace: shop
spec:
  url: oci://registry.example.com/plugin:latest`,
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2025-004",
    affected: "1.28.1",
    about: "Crafted DNS responses crash a proxy.",
    refused: [],
  },
  {
    name: "ISTIO-SECURITY-2025-003",
    affected: "1.28.0",
    about: "Names with a null byte pass TLS validation, and `jwt_authn` with remote keys crashes a proxy.",
    refused: [
      {
        policy: "require-safe-envoy-filters",
        what: "that inserts `jwt_authn`",
        wrong: filter("envoy.filters.http.jwt_authn", "jwt_authn.v3.JwtAuthentication"),
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2025-002",
    affected: "1.27.1",
    about: "Large bodies crash a proxy, in the Lua filter and in TCP connection pools.",
    refused: [
      {
        policy: "require-safe-envoy-filters",
        what: "that inserts Lua",
        wrong: filter("envoy.filters.http.lua", "lua.v3.Lua"),
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2025-001",
    affected: "1.27.0",
    about: "The filters `oauth2` and `dynamic_forward_proxy` keep sessions open or crash a proxy.",
    refused: [
      {
        policy: "require-safe-envoy-filters",
        what: "that inserts `dynamic_forward_proxy`",
        wrong: filter("envoy.filters.http.dynamic_forward_proxy", "dynamic_forward_proxy.v3.FilterConfig"),
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2024-007",
    affected: "1.24.1",
    about: "HTTP/1 requests crash a proxy, for example with the overload manager.",
    refused: [
      {
        policy: "require-safe-envoy-filters",
        what: "that changes the bootstrap, such as the overload manager",
        wrong: envoyFilter(
          "BOOTSTRAP",
          "overload_manager:\n  loadshed_points:\n    - name: envoy.load_shed_points.http1_server_abort_dispatch",
        ),
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2024-006",
    affected: "1.23.1",
    about: "Clients with a private address can set `x-envoy` headers at an ingress gateway.",
    refused: [
      {
        policy: "restrict-control-plane",
        what: "that trusts private addresses again",
        wrong: istiod(
          'meshConfig: { defaultConfig: { runtimeValues: { envoy.reloadable_features.explicit_internal_address_config: "false" } } }',
        ),
      },
      {
        policy: "restrict-pod-annotations",
        what: "that trusts private addresses again in one proxy",
        wrong: pod(
          "proxy.istio.io/config: \"runtimeValues: { envoy.reloadable_features.explicit_internal_address_config: 'false' }\"",
        ),
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2024-005",
    affected: "1.22.1",
    about: "Trace headers with Unicode characters crash a proxy with the Datadog tracer.",
    refused: [],
  },
  {
    name: "ISTIO-SECURITY-2024-004",
    affected: "1.22.0",
    about: "JSON access logs, QUIC and Brotli crash a proxy, and HTTP/1 upgrades allow request smuggling.",
    refused: [
      {
        policy: "require-safe-envoy-filters",
        what: "that inserts a decompressor",
        wrong: filter("envoy.filters.http.decompressor", "decompressor.v3.Decompressor"),
      },
    ],
  },
  {
    name: "ISTIO-SECURITY-2024-003",
    affected: "1.21.1",
    about: "A long `:authority` header crashes a proxy that sets SNI from it.",
    refused: [],
  },
  {
    name: "ISTIO-SECURITY-2024-002",
    affected: "1.21.0",
    about: "CONTINUATION frames of HTTP/2 exhaust memory and CPU of a proxy.",
    refused: [],
  },
  {
    name: "ISTIO-SECURITY-2024-001",
    affected: "1.20.2",
    about: "PROXY protocol and the operator `%DOWNSTREAM_PEER_IP_SAN%` crash a proxy or bypass `ext_authz`.",
    refused: [
      {
        policy: "require-safe-envoy-filters",
        what: "that adds the listener filter of PROXY protocol",
        wrong: envoyFilter("LISTENER_FILTER", "name: envoy.filters.listener.proxy_protocol"),
      },
    ],
  },
];

/** The page docs/bulletins.md. */
export function bulletinsPage(): string {
  const row = ({ name, affected, about, refused }: BulletinAnswer): string => {
    const version =
      affected === undefined
        ? "–"
        : `[require-supported-versions](policies/require-supported-versions.md) refuses ${affected}`;
    const configurations = refused.map(
      ({ policy, what }) => `[${policy}](policies/${policy}.md) refuses a configuration ${what}`,
    );
    const page = `https://istio.io/latest/news/security/${name.toLowerCase()}/`;
    return `| [${name}](${page}) | ${about} | ${version} | ${configurations.join("<br>") || "–"} |`;
  };
  const later = facts.istio.bulletins.map(({ name }) => name).filter((name) => !known.has(name));
  return [
    "# Security bulletins",
    "",
    "What the pack does about each of Istio's security bulletins since 2024, in `prod`. `require-supported-versions` refuses",
    "every version that a bulletin lists as affected. Some vulnerabilities also depend on the configuration: other policies",
    "refuse it, whatever the version. A test runs the pack on every row.",
    "",
    "| bulletin | vulnerability | version | configuration |",
    "| --- | --- | --- | --- |",
    ...bulletins.map(row),
    "",
    `By their version only: ${later.join(", ")}.`,
    "",
  ].join("\n");
}

const known: ReadonlySet<string> = new Set(bulletins.map(({ name }) => name));
