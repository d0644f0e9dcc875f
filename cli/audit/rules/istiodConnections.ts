import { type Direction, policiesOf } from "../../../effect/networkPolicy";
import { type Connection, mayConnect, type Model, type Workload } from "../../../effect";
import type { AuditRule } from "../rule";
import { deployment, documents, meshNamespace, networkPolicy } from "./examples";
import { byPolicies, istiods, lacks, proxies, see } from "./networkPolicies";

const requirements = {
  title: "Ports used by Istio",
  url: "https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio",
};

/** The port on which istiod sends proxies their configuration and certificates. */
const xds = 15012;

/** The port on which the API server calls istiod's webhooks. */
const webhooks = 15017;

/** Ports of DNS servers: of Kubernetes, and of the pods of OpenShift. */
const dns = [53, 5353];

const egressTo = (...ports: number[]): string =>
  networkPolicy(
    "web",
    "Egress",
    `egress: [{ ports: [${ports.map((port) => `{ port: ${port} }`).join(", ")}] }]`,
  );
const resolving = "{ port: 53, protocol: UDP }";
const configured = `{ port: ${xds} }`;
const both = (...ports: string[]): string =>
  networkPolicy("web", "Egress", `egress: [{ ports: [${ports.join(", ")}] }]`);

export const withoutIstiod: AuditRule = {
  code: "MW960",
  severity: "error",
  title: "a NetworkPolicy that separates proxies from istiod",
  why: [
    "A proxy gets its configuration and its certificate from istiod on port 15012. Without them, its pod does not become ready.",
    "A pod that is already running keeps its configuration, and its certificate expires after a day.",
  ],
  see: requirements,
  examples: {
    wrong: documents(meshNamespace, deployment("web"), both(resolving, "{ port: 8080 }")),
    right: documents(meshNamespace, deployment("web"), both(resolving, "{ port: 8080 }", configured)),
  },
  *find(audited) {
    const { model } = audited;
    const known = istiods(audited);
    const isDenied = (workload: Workload): boolean =>
      lacks(model, workload, [{ port: xds }]) ||
      (known.length > 0 &&
        known.every((istiod) => deniedBy(model, workload, istiod) === "egress") &&
        !isOutsideAllowed(model, workload));
    yield* byPolicies(audited, "egress", proxies(audited).filter(isDenied), (names, many) => ({
      message: `The policies for egress of these pods allow no connection to istiod on port ${xds}, so ${many ? "their proxies get" : "the proxy gets"} neither configuration nor certificates: ${names}.`,
      fix: `Allow egress to port ${xds} of the pods app=istiod in the namespace ${model.settings.rootNamespace}`,
    }));
  },
};

/** The direction whose policies deny a proxy its connection to istiod. Undefined if it may pass. */
function deniedBy(model: Model, workload: Workload, istiod: Workload): Direction | undefined {
  const asked = { from: { workload }, to: { workload: istiod }, port: xds };
  const { answer, direction } = mayConnect(model, asked);
  return answer === "denied" ? direction : undefined;
}

/** Whether a pod may connect to an istiod outside of the cluster. */
function isOutsideAllowed(model: Model, workload: Workload): boolean {
  return mayConnect(model, { from: { workload }, to: { addresses: [] }, port: xds }).answer !== "denied";
}

export const withoutDns: AuditRule = {
  code: "MW961",
  severity: "error",
  title: "a NetworkPolicy that denies DNS",
  why: [
    "A pod whose egress is limited resolves no name unless a rule allows UDP port 53. Its proxy does not find istiod either.",
    "On OpenShift, the DNS server's pods use port 5353.",
  ],
  see,
  ignore: "the pods use DNS over TCP or TLS only, or the DNS server's pods listen on another port.",
  examples: {
    wrong: documents(meshNamespace, deployment("web"), egressTo(xds, 8080)),
    right: documents(meshNamespace, deployment("web"), both(resolving, configured)),
  },
  *find(audited) {
    const { model } = audited;
    const denied = proxies(audited).filter((one) =>
      lacks(
        model,
        one,
        dns.map((port) => ({ port, protocol: "UDP" as const })),
      ),
    );
    yield* byPolicies(audited, "egress", denied, (names, many) => ({
      message: `The policies for egress of these pods allow no UDP to port 53, so ${many ? "they resolve" : "it resolves"} no name, also not that of istiod: ${names}.`,
      fix: "Allow egress to UDP port 53 of the DNS server's pods in kube-system",
    }));
  },
};

const istiodPod = deployment("istiod").replaceAll("namespace: shop", "namespace: istio-system");
const ofIstiod = (port: number): string =>
  networkPolicy("istiod", "Ingress", `ingress: [{ ports: [{ port: ${port} }] }]`, "istio-system");

export const closedIstiod: AuditRule = {
  code: "MW962",
  severity: "error",
  title: "a NetworkPolicy that closes istiod",
  why: [
    "The API server calls istiod's webhooks on port 15017: new pods get no sidecar, or are refused, and Istio's objects are not validated.",
    "Its connections come from a node or from outside of the cluster. Selectors of pods and namespaces don't match them.",
    "Proxies connect to port 15012.",
  ],
  see: requirements,
  examples: {
    wrong: documents(istiodPod, ofIstiod(xds)),
    right: documents(
      istiodPod,
      networkPolicy(
        "istiod",
        "Ingress",
        `ingress: [{ ports: [{ port: ${xds} }, { port: ${webhooks} }] }]`,
        "istio-system",
      ),
    ),
  },
  *find(audited) {
    const { model } = audited;
    for (const istiod of istiods(audited)) {
      const [policy] = policiesOf(model, istiod, "ingress");
      if (!policy) continue;
      const isOpen = (from: Connection["from"], port: number): boolean =>
        mayConnect(model, { from, to: { workload: istiod }, port }).answer !== "denied";
      if (!isOpen({ addresses: [] }, webhooks)) {
        yield {
          object: policy,
          path: "spec",
          message: `The policies for ingress of istiod allow no connection of the API server to port ${webhooks}, so its webhooks are not called.`,
          fix: `Allow ingress to port ${webhooks} without a selector, or from the addresses of the API server`,
        };
      }
      const refused = proxies(audited).filter((workload) => deniedBy(model, workload, istiod) === "ingress");
      yield* byPolicies(
        audited,
        "ingress",
        refused,
        (names) => ({
          message: `The policies for ingress of istiod deny port ${xds} to proxies, which get neither configuration nor certificates: ${names}.`,
          fix: `Allow ingress to port ${xds} from the namespaces of the mesh`,
        }),
        () => istiod,
      );
    }
  },
};
