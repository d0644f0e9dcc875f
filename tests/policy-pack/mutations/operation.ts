import { facts } from "../../../policy-pack/facts";
import { matching } from "../../checks/mutations/places";
import { fault, type Mutation } from "./mutation";

/** Istio's charts. */
const charts = ["base", "istiod", "gateway"];

/** Istio's own programs: how many, of which version, and what they say of the mesh. */
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
      mistake: `a version that is no longer supported, or that has a known hole: ${kind}`,
      kind,
      *faults(resource) {
        yield fault(resource, ["version"], "1.20.3", ["1.20.3", facts.istio.version]);
        yield fault(resource, ["version"], "1.31.0", ["1.31.0", "GHSA-qm8v-g4f9-qhjx", facts.istio.version]);
        yield fault(resource, ["values", "global", "tag"], "1.20.3", ["1.20.3", facts.istio.version]);
      },
    },
    {
      policy: "flag-outdated-versions",
      mistake: `a patch that is older than a security bulletin: ${kind}`,
      kind,
      *faults(resource) {
        yield fault(resource, ["version"], "1.31.1", ["1.31.1", "ISTIO-SECURITY-2026-007"]);
      },
    },
    {
      policy: "require-pinned-versions",
      mistake: `a version that moves: ${kind}`,
      kind,
      *faults(resource) {
        yield fault(resource, ["version"], undefined, ["not set"]);
        yield fault(resource, ["version"], `^${facts.istio.version}`, ["exact"]);
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
    policy: "restrict-control-plane",
    mistake: "settings of istiod that are not known to be harmless",
    kind: "istiod",
    *faults(resource) {
      yield fault(resource, ["values", "env", "XDS_AUTH"], "false", ["not an allowed value"]);
      yield fault(resource, ["values", "meshConfig", "enable_auto_mtls"], false, ["not an allowed value"]);
      yield fault(resource, ["values", "global", "hub"], "evil.example.com", ["evil.example.com"]);
      yield fault(resource, ["postrender"], "./weaken.sh", ["postrender"]);
    },
  },
];
