import { facts } from "../../../policy-pack/facts";
import { matching } from "../../checks/mutations/places";
import { fault, type Mutation, titleOf } from "./mutation";

const template = ["spec", "template"];
const traffic = (name: string): string => `traffic.sidecar.istio.io/${name}`;

/** What keeps pods behind their proxies, and small. */
export const pods: readonly Mutation[] = [
  {
    policy: "require-injection",
    mistake: "a namespace that says nothing of the mesh, says disabled, or says it twice",
    kind: "Namespace",
    *faults(resource) {
      const { labels } = resource.props.metadata as { labels: Record<string, string> };
      // Only namespaces of workloads are part of a platform.
      if (!labels["app.kubernetes.io/part-of"]) return;
      const begins = `${titleOf(resource)}: metadata.labels`;
      const others = { "app.kubernetes.io/part-of": labels["app.kubernetes.io/part-of"] };
      const at = ["metadata", "labels"];
      const disabled = { ...others, "istio-injection": "disabled" };
      const twice = { ...others, "istio-injection": "enabled", "istio.io/rev": "canary" };
      yield { changes: [[at, others]], begins, names: ["no label of the mesh", "enabled"] };
      yield { changes: [[at, disabled]], begins, names: ["disabled", "enabled"] };
      yield { changes: [[at, twice]], begins, names: ["istio-injection", "istio.io/rev"] };
    },
  },
  {
    policy: "require-injection",
    mistake: "pods on their node's network",
    kind: "Deployment",
    *faults(resource) {
      yield fault(resource, [...template, "spec", "hostNetwork"], true, ["true"]);
    },
  },
  {
    policy: "forbid-injection-opt-out",
    mistake: "pods that refuse their proxy, or keep all traffic from it",
    kind: "Deployment",
    *faults(resource) {
      const metadata = [...template, "metadata"];
      yield fault(resource, [...metadata, "labels", "sidecar.istio.io/inject"], "false", ["false"]);
      yield fault(resource, [...metadata, "annotations", "sidecar.istio.io/interceptionMode"], "NONE", [
        '"NONE"',
      ]);
      yield fault(resource, [...metadata, "annotations", traffic("excludeOutboundIPRanges")], "0.0.0.0/0", [
        '"0.0.0.0/0"',
      ]);
    },
  },
  {
    policy: "forbid-injection-opt-out",
    mistake: "pods that istiod passes over",
    kind: "istiod",
    *faults(resource) {
      const selector = ["values", "sidecarInjectorWebhook", "neverInjectSelector"];
      yield fault(resource, selector, [{ matchLabels: { app: "web" } }], ["from the mesh"]);
    },
  },
  {
    policy: "flag-capture-bypasses",
    mistake: "ports and addresses past the proxy",
    kind: "Deployment",
    *faults(resource) {
      const annotation = (name: string) => [...template, "metadata", "annotations", traffic(name)];
      yield fault(resource, annotation("excludeOutboundPorts"), "443,5432", ["5432"]);
      yield fault(resource, annotation("excludeInboundPorts"), "9999", ["9999"]);
      yield fault(resource, annotation("excludeOutboundIPRanges"), "10.0.0.0/8", ['"10.0.0.0/8"']);
      for (const { value } of matching(
        resource.props,
        "spec.template.spec.containers.0.ports.0.containerPort",
      )) {
        yield fault(resource, annotation("includeInboundPorts"), "1", [String(value)]);
      }
    },
  },
  {
    policy: "bound-capabilities",
    mistake: "containers that may change the pod's network",
    kind: "Deployment",
    *faults(resource) {
      for (const { place } of matching(resource.props, "spec.template.spec.containers.*.securityContext")) {
        yield fault(resource, [...place, "privileged"], true, ["true"]);
        const add = [...place, "capabilities", "add"];
        yield { ...fault(resource, [...add, 0], undefined, ["NET_ADMIN"]), changes: [[add, ["NET_ADMIN"]]] };
      }
    },
  },
  {
    policy: "require-non-root",
    mistake: "containers that run as root, as the proxy, or as whoever",
    kind: "Deployment",
    *faults(resource) {
      const ofPod = [...template, "spec", "securityContext"];
      const own = [...template, "spec", "containers", 0, "securityContext"];
      yield fault(resource, [...own, "runAsUser"], 0, ["is 0", "root"]);
      yield fault(resource, [...own, "runAsUser"], 1337, ["1337"]);
      yield fault(resource, [...own, "runAsGroup"], 1337, ["1337", "group"]);
      yield {
        ...fault(resource, [...own, "runAsNonRoot"], undefined, ["not set", "true"]),
        changes: [[[...ofPod, "runAsNonRoot"], undefined]],
      };
    },
  },
  {
    policy: "require-pinned-versions",
    mistake: "a sidecar of the pod's own whose tag moves",
    kind: "Deployment",
    *faults(resource) {
      const image = [...template, "metadata", "annotations", "sidecar.istio.io/proxyImage"];
      yield fault(resource, image, "docker.io/evil/proxyv2:latest", ["docker.io/evil/proxyv2:latest"]);
    },
  },
  {
    policy: "require-supported-versions",
    mistake: "a sidecar of the pod's own of another version",
    kind: "Deployment",
    *faults(resource) {
      const image = [...template, "metadata", "annotations", "sidecar.istio.io/proxyImage"];
      yield fault(resource, image, "registry.example.com/proxyv2:1.19.3", ["1.19.3", facts.istio.version]);
    },
  },
  {
    policy: "reserve-gateway-labels",
    mistake: "pods that take a gateway's label",
    kind: "Deployment",
    *faults(resource) {
      for (const value of ["ingress", "egress"]) {
        yield fault(resource, [...template, "metadata", "labels", "istio"], value, [value]);
      }
    },
  },
  {
    policy: "restrict-pod-annotations",
    mistake: "annotations that change the proxy",
    kind: "Deployment",
    *faults(resource) {
      const annotation = (name: string) => [...template, "metadata", "annotations", name];
      const image = "evil.example.com/proxyv2:1.31.4";
      yield fault(resource, annotation("sidecar.istio.io/bootstrapOverride"), "own", ["bootstrapOverride"]);
      yield fault(resource, annotation("sidecar.istio.io/proxyImage"), image, [image]);
      yield fault(resource, annotation("proxy.istio.io/config"), "binaryPath: /tmp/x", ["binaryPath"]);
    },
  },
];
