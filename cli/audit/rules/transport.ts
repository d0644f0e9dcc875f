import { listAt, textAt } from "../../../effect/field";
import { inbound, type KnownObject, objectsOf, workloadsSelected } from "../../../effect";
import { isInjectionKnown, objectOf, sidecars } from "../audited";
import { listed } from "../finding";
import type { AuditRule } from "../rule";
import { deployment, documents, meshNamespace, service, strict } from "./examples";

export const undeclaredProtocol: AuditRule = {
  code: "MW929",
  severity: "info",
  title: "a Service's port without a protocol",
  why: [
    "Istio then detects the protocol of each connection by its first bytes. A client that waits for the server to send first is delayed.",
    "Rules about methods and paths apply only to connections that are recognized as HTTP.",
  ],
  see: {
    title: "Protocol selection",
    url: "https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/",
  },
  ignore: "the port has several protocols.",
  examples: {
    wrong: documents(meshNamespace, deployment("web"), service("web", "name: web, port: 8080")),
    right: documents(meshNamespace, deployment("web"), service("web", "name: http-web, port: 8080")),
  },
  *find(audited) {
    const { model } = audited;
    for (const object of objectsOf(model, "Service", "")) {
      const found = model.services.find(
        ({ from }) =>
          from.name === object.name && from.namespace === object.namespace && from.kind === "Service",
      );
      if (found?.selector === undefined || found.external) continue;
      const pods = workloadsSelected(model.workloads, found.selector, found.namespace);
      const outside = pods.every((one) => one.proxy !== "sidecar" && isInjectionKnown(audited, one));
      if (
        pods.length > 0
          ? outside
          : model.namespaces.get(found.namespace)?.labels["istio-injection"] !== "enabled"
      )
        continue;
      for (const [i, { number, name, protocol }] of found.ports.entries()) {
        if (protocol !== "auto" || isDatagram(object, i)) continue;
        yield {
          object,
          path: `spec.ports[${i}]`,
          message: `The port ${number}${name === "" ? " has no name" : ` is named ${name}`} and has no appProtocol, so Istio detects the protocol of each connection.`,
          fix: "Begin its name with the protocol, such as http-, grpc- or tcp-, or set appProtocol",
        };
      }
    }
  },
};

function isDatagram({ spec }: KnownObject, index: number): boolean {
  const protocol = textAt(listAt(spec, "ports")[index], "protocol");
  return protocol !== undefined && protocol !== "TCP";
}

export const plaintext: AuditRule = {
  code: "MW932",
  severity: "warning",
  title: "workloads that accept plaintext",
  why: [
    "A client without a certificate has no identity: policies about principals and namespaces don't match it, and its requests are not encrypted.",
  ],
  see: {
    title: "PeerAuthentication",
    url: "https://istio.io/latest/docs/reference/config/security/peer_authentication/",
  },
  ignore: "clients outside of the mesh call the workload during a migration.",
  examples: {
    wrong: documents(meshNamespace, deployment("web"), strict.replace("STRICT", "PERMISSIVE")),
    right: documents(meshNamespace, deployment("web"), strict),
  },
  *find(audited) {
    const groups = new Map<KnownObject, { readonly names: string[]; readonly mode: string }>();
    for (const workload of sidecars(audited)) {
      const { mode, ports, by } = inbound(audited.model, workload);
      const weak = [...ports]
        .filter(([, one]) => one !== "STRICT")
        .map(([port, one]) => `port ${port} ${one}`);
      if (mode === "STRICT" && weak.length === 0) continue;
      const decides = by.findLast(({ kind }) => kind === "PeerAuthentication");
      const policy =
        decides &&
        audited.objects.find(
          (one) =>
            one.kind === "PeerAuthentication" &&
            one.name === decides.name &&
            one.namespace === decides.namespace,
        );
      const at = policy ?? audited.model.namespaces.get(workload.namespace) ?? objectOf(audited, workload);
      if (!at) continue;
      const group = groups.get(at) ?? { names: [], mode: mode === "STRICT" ? weak.join(", ") : mode };
      group.names.push(`${workload.namespace}/${workload.name}`);
      groups.set(at, group);
    }
    for (const [object, { names, mode }] of groups) {
      const isPolicy = object.kind === "PeerAuthentication";
      yield {
        object,
        message:
          `${names.length} ${names.length === 1 ? "workload accepts" : "workloads accept"} plaintext (${mode}): ${listed(names.sort())}.` +
          (isPolicy ? "" : " No PeerAuthentication among the objects applies to them."),
        fix: isPolicy
          ? "Set spec.mtls.mode to STRICT, and remove weaker ports"
          : "Add a PeerAuthentication with spec.mtls.mode STRICT to the namespace, or to the root namespace",
      };
    }
  },
};

export const withoutProxy: AuditRule = {
  code: "MW938",
  severity: "info",
  title: "pods without a proxy in a namespace of the mesh",
  why: [
    "Pods without a proxy send plaintext. Workloads with STRICT mutual TLS close such connections.",
    "Manifests don't show whom the pods call, so the rule only counts the workloads that deny them.",
  ],
  see: {
    title: "Controlling the injection policy",
    url: "https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy",
  },
  ignore: "the pods call no workload of the mesh.",
  examples: {
    wrong: documents(
      meshNamespace,
      strict,
      deployment("web"),
      deployment("batch", { labels: 'sidecar.istio.io/inject: "false"' }),
    ),
    right: documents(meshNamespace, strict, deployment("web"), deployment("batch")),
  },
  *find(audited) {
    const { model } = audited;
    const inMesh = new Set(sidecars(audited).map(({ namespace }) => namespace));
    const strictOnes = sidecars(audited).filter((one) => inbound(model, one).mode === "STRICT");
    if (strictOnes.length === 0) return;
    for (const workload of model.workloads) {
      if (workload.proxy !== "none" || !inMesh.has(workload.namespace)) continue;
      const object = objectOf(audited, workload);
      if (!object || !isInjectionKnown(audited, workload)) continue;
      yield {
        object,
        message: `Its pods have no proxy, so ${strictOnes.length} ${strictOnes.length === 1 ? "workload" : "workloads"} with STRICT mutual TLS deny their requests: ${listed(strictOnes.map((one) => `${one.namespace}/${one.name}`))}.`,
        fix: "Remove what disables injection, if the pods call the mesh",
      };
    }
  },
};
