import type { Resource } from "../../../policy-pack/tests/engine";
import { fault, type Mutation } from "./mutation";

/** Where each chart has the Service and the Ingress of a console. A console that is not installed today may be tomorrow. */
const consoles = [
  { chart: "grafana", name: "Grafana", at: ["values"], login: true },
  { chart: "kube-prometheus-stack", name: "Prometheus", at: ["values", "prometheus"], login: false },
  { chart: "kube-prometheus-stack", name: "Alertmanager", at: ["values", "alertmanager"], login: false },
  { chart: "kube-prometheus-stack", name: "Grafana", at: ["values", "grafana"], login: true },
  { chart: "jaeger", name: "Jaeger", at: ["values", "jaeger"], login: false },
  { chart: "prometheus", name: "Prometheus", at: ["values", "server"], login: false },
];

/** Prometheus without its operator, as every policy accepts it: no platform installs it. */
const plainPrometheus: Resource = {
  type: "kubernetes:helm.sh/v3:Release",
  name: "prometheus",
  props: {
    name: "prometheus",
    namespace: "monitoring",
    chart: "prometheus",
    version: "1.0.0",
    values: { server: {} },
  },
};
const addedTo = (chart: string) => (chart === "prometheus" ? { added: plainPrometheus } : {});

/** Charts, and where each has the tag of an image. */
const images: Record<string, string[]> = {
  "kube-prometheus-stack": ["prometheus", "prometheusSpec", "image", "tag"],
  grafana: ["image", "tag"],
  jaeger: ["jaeger", "image", "tag"],
  "kiali-server": ["deployment", "image_version"],
  "opentelemetry-collector": ["image", "tag"],
};

/** Charts, and where each takes a credential that it should not be given in plain text. */
const credentials: Record<string, readonly (string | number)[][]> = {
  grafana: [
    ["adminPassword"],
    ["grafana.ini", "security", "admin_password"],
    ["grafana.ini", "auth.generic_oauth", "client_secret"],
    ["datasources", "datasources.yaml", "datasources", 0, "secureJsonData", "basicAuthPassword"],
  ],
  "kiali-server": [
    ["login_token", "signing_key"],
    ["external_services", "grafana", "auth", "password"],
    ["external_services", "prometheus", "auth", "token"],
  ],
  jaeger: [
    [
      ...["userconfig", "extensions", "jaeger_storage", "backends", "spans"],
      ...["elasticsearch", "auth", "basic", "password"],
    ],
  ],
  "kube-prometheus-stack": [["grafana", "adminPassword"]],
};

/** Charts, and where each takes labels and annotations of its console's pods. */
const podMetadata: Record<string, { readonly labels: string[]; readonly annotations: string[] }> = {
  "kube-prometheus-stack": {
    labels: ["prometheus", "prometheusSpec", "podMetadata", "labels"],
    annotations: ["prometheus", "prometheusSpec", "podMetadata", "annotations"],
  },
  grafana: { labels: ["podLabels"], annotations: ["podAnnotations"] },
  jaeger: { labels: ["jaeger", "podLabels"], annotations: ["jaeger", "podAnnotations"] },
  "kiali-server": { labels: ["deployment", "pod_labels"], annotations: ["deployment", "pod_annotations"] },
};

/** What watches the mesh: who may open it, what it is given, and of which version it is. */
export const addOns: readonly Mutation[] = [
  ...consoles.flatMap(({ chart, name, at, login }): Mutation[] => [
    {
      policy: "forbid-exposed-consoles",
      mistake: `${name} of ${chart} past the mesh's gateways`,
      kind: chart,
      ...addedTo(chart),
      *faults(resource) {
        const type = [...at, "service", "type"];
        for (const value of ["LoadBalancer", "NodePort"]) {
          yield fault(resource, type, value, [value, "ClusterIP", name]);
        }
      },
    },
    {
      policy: "forbid-exposed-consoles",
      mistake: `${name} of ${chart} at an Ingress ${login ? "without TLS" : "that asks nobody for a name"}`,
      kind: chart,
      ...addedTo(chart),
      *faults(resource) {
        const enabled = [...at, "ingress", "enabled"];
        if (!login) yield fault(resource, enabled, true, ["true", name]);
        else {
          const tls = fault(resource, [...at, "ingress", "tls"], undefined, ["not set", name]);
          yield { ...tls, changes: [[enabled, true]] };
        }
      },
    },
  ]),
  {
    policy: "forbid-exposed-consoles",
    mistake: "replicas and Thanos past the mesh's gateways",
    kind: "kube-prometheus-stack",
    *faults(resource) {
      const prometheus = ["values", "prometheus"];
      for (const key of ["servicePerReplica", "thanosService", "thanosServiceExternal"]) {
        const service = [...prometheus, key];
        yield {
          ...fault(resource, [...service, "type"], undefined, ["LoadBalancer", "Prometheus"]),
          changes: [[service, { enabled: true, type: "LoadBalancer" }]],
        };
      }
      for (const entry of [["ingressPerReplica"], ["thanosIngress"], ["route", "main"]]) {
        yield fault(resource, [...prometheus, ...entry, "enabled"], true, ["true", "Prometheus"]);
      }
    },
  },
  {
    policy: "forbid-exposed-consoles",
    mistake: "Jaeger at a route",
    kind: "jaeger",
    *faults(resource) {
      yield fault(resource, ["values", "jaeger", "httproute", "enabled"], true, ["true", "Jaeger"]);
    },
  },
  {
    policy: "forbid-exposed-consoles",
    mistake: "Kiali past the mesh's gateways, or without TLS",
    kind: "kiali-server",
    *faults(resource) {
      const deployment = ["values", "deployment"];
      for (const value of ["LoadBalancer", "NodePort"]) {
        yield fault(resource, [...deployment, "service_type"], value, [value, "ClusterIP", "Kiali"]);
      }
      const tls = [...deployment, "ingress", "override_yaml", "spec", "tls"];
      yield {
        ...fault(resource, tls, undefined, ["not set", "Kiali"]),
        changes: [[[...deployment, "ingress", "enabled"], true]],
      };
    },
  },
  {
    policy: "forbid-open-consoles",
    mistake: "Kiali for everybody",
    kind: "kiali-server",
    *faults(resource) {
      yield fault(resource, ["values", "auth", "strategy"], "anonymous", ["anonymous", "token"]);
    },
  },
  {
    policy: "forbid-open-consoles",
    mistake: "Grafana for everybody",
    kind: "grafana",
    *faults(resource) {
      yield fault(resource, ["values", "grafana.ini", "auth.anonymous", "enabled"], true, ["true"]);
      yield fault(resource, ["values", "env", "GF_AUTH_ANONYMOUS_ENABLED"], "true", ["true"]);
    },
  },
  {
    policy: "forbid-open-consoles",
    mistake: "samples that whoever reaches Prometheus may delete",
    kind: "kube-prometheus-stack",
    *faults(resource) {
      yield fault(resource, ["values", "prometheus", "prometheusSpec", "enableAdminAPI"], true, ["true"]);
    },
  },
  ...Object.entries(credentials).map(([chart, places]): Mutation => ({
    policy: "forbid-plain-credentials",
    mistake: `a credential among the values of ${chart}`,
    kind: chart,
    *faults(resource) {
      for (const place of places) {
        yield fault(resource, ["values", ...place], "swordfish", ["plaintext", "Secret"]);
      }
    },
  })),
  {
    policy: "forbid-plain-credentials",
    mistake: "a token beside the address that Prometheus writes to",
    kind: "kube-prometheus-stack",
    *faults(resource) {
      const remoteWrite = ["values", "prometheus", "prometheusSpec", "remoteWrite"];
      yield {
        ...fault(resource, [...remoteWrite, 0, "bearerToken"], undefined, ["plaintext", "Secret"]),
        changes: [[remoteWrite, [{ url: "https://metrics.example.com", bearerToken: "swordfish" }]]],
      };
    },
  },
  ...Object.entries(podMetadata).flatMap(([chart, { labels, annotations }]): Mutation[] => [
    {
      policy: "forbid-injection-opt-out",
      mistake: `a console out of reach of its policies: ${chart}`,
      kind: chart,
      *faults(resource) {
        yield fault(resource, ["values", ...labels, "sidecar.istio.io/inject"], "false", ["false"]);
        const mode = ["values", ...annotations, "sidecar.istio.io/interceptionMode"];
        yield fault(resource, mode, "NONE", ['"NONE"']);
      },
    },
    {
      policy: "flag-capture-bypasses",
      mistake: `ports past a console's sidecar: ${chart}`,
      kind: chart,
      *faults(resource) {
        for (const [name, port] of [
          ["excludeInboundPorts", "9999"],
          ["excludeOutboundPorts", "15020,5432"],
        ] as const) {
          const place = ["values", ...annotations, `traffic.sidecar.istio.io/${name}`];
          yield fault(resource, place, port, [port.replace("15020,", "excludes ")]);
        }
      },
    },
  ]),
  {
    policy: "require-view-only-kiali",
    mistake: "a console that changes the mesh",
    kind: "kiali-server",
    *faults(resource) {
      yield fault(resource, ["values", "deployment", "view_only_mode"], false, ["not true"]);
      yield fault(resource, ["values", "deployment", "view_only_mode"], undefined, ["not set"]);
    },
  },
  ...Object.entries(images).map(([chart, tag]): Mutation => ({
    policy: "require-pinned-versions",
    mistake: `a version that moves: ${chart}`,
    kind: chart,
    *faults(resource) {
      yield fault(resource, ["version"], undefined, ["not set", "exact"]);
      for (const version of ["^1.0.0", "1.x", "latest"]) {
        yield fault(resource, ["version"], version, ["exact"]);
      }
      yield fault(resource, ["values", ...tag], "latest", ["latest", "moves"]);
    },
  })),
];
