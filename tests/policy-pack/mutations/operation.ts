import type { Resource } from "../../../policy-pack/tests/engine";
import { matching } from "../../checks/mutations/places";
import { fault, type Mutation } from "./mutation";

/** Releases of consoles as every policy accepts them; the platforms don't install any. */
const release = (name: string, chart: string, values: object): Resource => ({
  type: "kubernetes:helm.sh/v3:Release",
  name,
  props: { name, namespace: "monitoring", chart, version: "1.0.0", values },
});
const kiali = release("kiali", "kiali-server", {
  auth: { strategy: "token" },
  deployment: { view_only_mode: true },
});
const grafana = release("grafana", "grafana", { admin: { existingSecret: "grafana" } });
const prometheus = release("prometheus", "prometheus", { server: {} });

/** Istio's charts. */
const charts = ["base", "istiod", "gateway"];

/** The programs around the mesh: how many, of which version, and who may open them. */
export const operation: readonly Mutation[] = [
  {
    policy: "require-high-availability",
    mistake: "a control plane of one replica, or evicted at once",
    kind: "istiod",
    *faults(resource) {
      yield fault(resource, ["values", "autoscaleMin"], 1, ["1", "2"]);
      yield fault(resource, ["values", "global", "defaultPodDisruptionBudget", "enabled"], false, ["false"]);
    },
  },
  {
    policy: "require-high-availability",
    mistake: "a gateway of one replica, or evicted at once",
    kind: "gateway",
    *faults(resource) {
      yield fault(resource, ["values", "autoscaling", "minReplicas"], 1, ["1", "2"]);
      yield fault(resource, ["values", "podDisruptionBudget"], undefined, ["not set"]);
    },
  },
  ...charts.flatMap((kind): Mutation[] => [
    {
      policy: "require-supported-versions",
      mistake: `a version that nobody mends any more: ${kind}`,
      kind,
      *faults(resource) {
        yield fault(resource, ["version"], "1.20.3", ["1.20", "1.31"]);
        yield fault(resource, ["values", "global", "tag"], "1.20.3", ["1.20", "1.31"]);
      },
    },
    {
      policy: "require-pinned-versions",
      mistake: `a version that moves: ${kind}`,
      kind,
      *faults(resource) {
        yield fault(resource, ["version"], undefined, ["not set"]);
        yield fault(resource, ["version"], "^1.31.0", ["exact"]);
        yield fault(resource, ["values", "global", "tag"], "latest", ["latest"]);
      },
    },
  ]),
  {
    policy: "require-pinned-versions",
    mistake: "an image that moves",
    kind: "Deployment",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.template.spec.containers.*.image")) {
        for (const image of ["registry.example.com:5000/web", "web:latest"]) {
          yield fault(resource, place, image, [image]);
        }
      }
    },
  },
  {
    policy: "bound-trace-sampling",
    mistake: "a span of every request",
    kind: "Telemetry",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.tracing.*.randomSamplingPercentage")) {
        yield fault(resource, place, 100, ["100", "10"]);
        yield fault(resource, place, 11, ["11", "10"]);
      }
    },
  },
  {
    policy: "bound-trace-sampling",
    mistake: "a span of every request, by the mesh's own setting",
    kind: "istiod",
    *faults(resource) {
      yield fault(resource, ["values", "traceSampling"], 100, ["100", "10"]);
    },
  },
  {
    policy: "require-config-validation",
    mistake: "objects that nobody validates",
    kind: "istiod",
    *faults(resource) {
      yield fault(resource, ["values", "global", "configValidation"], false, ["false"]);
    },
  },
  {
    policy: "require-config-validation",
    mistake: "objects without a revision that nobody validates",
    kind: "base",
    *faults(resource) {
      yield fault(resource, ["values", "defaultRevision"], "", ["empty"]);
    },
  },
  {
    policy: "forbid-exposed-consoles",
    mistake: "a console past the mesh's gateways",
    kind: "kiali-server",
    added: kiali,
    *faults(resource) {
      yield fault(resource, ["values", "deployment", "service_type"], "LoadBalancer", [
        "LoadBalancer",
        "ClusterIP",
      ]);
      yield fault(resource, ["values", "deployment", "service_type"], "NodePort", ["NodePort", "ClusterIP"]);
    },
  },
  {
    policy: "forbid-exposed-consoles",
    mistake: "a console without a login past the mesh's gateways",
    kind: "prometheus",
    added: prometheus,
    *faults(resource) {
      const { server } = { server: ["values", "server"] };
      yield fault(resource, [...server, "service", "type"], "LoadBalancer", ["LoadBalancer", "ClusterIP"]);
      yield fault(resource, [...server, "ingress", "enabled"], true, ["true"]);
    },
  },
  {
    policy: "forbid-open-consoles",
    mistake: "Kiali for everybody",
    kind: "kiali-server",
    added: kiali,
    *faults(resource) {
      yield fault(resource, ["values", "auth", "strategy"], "anonymous", ["anonymous", "token"]);
    },
  },
  {
    policy: "forbid-open-consoles",
    mistake: "Grafana for everybody",
    kind: "grafana",
    added: grafana,
    *faults(resource) {
      yield fault(resource, ["values", "grafana.ini", "auth.anonymous", "enabled"], true, ["true"]);
    },
  },
  {
    policy: "forbid-plain-credentials",
    mistake: "a password among the values",
    kind: "grafana",
    added: grafana,
    *faults(resource) {
      yield fault(resource, ["values", "adminPassword"], "swordfish", ["plain text"]);
    },
  },
  {
    policy: "forbid-plain-credentials",
    mistake: "a signing key among the values",
    kind: "kiali-server",
    added: kiali,
    *faults(resource) {
      yield fault(resource, ["values", "login_token", "signing_key"], "swordfish", ["plain text"]);
    },
  },
  {
    policy: "require-view-only-kiali",
    mistake: "a console that changes the mesh",
    kind: "kiali-server",
    added: kiali,
    *faults(resource) {
      yield fault(resource, ["values", "deployment", "view_only_mode"], false, ["not true"]);
      yield fault(resource, ["values", "deployment", "view_only_mode"], undefined, ["not set"]);
    },
  },
];
