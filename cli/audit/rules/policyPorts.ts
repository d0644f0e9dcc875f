import { listAt, textAt } from "../../../effect/field";
import { targetOf } from "../../../effect/networkDelivery";
import { policiesOf } from "../../../effect/networkPolicy";
import {
  gatewayServers,
  mayConnect,
  type Model,
  type ObjectName,
  objectsOf,
  servicesOf,
  titleOf,
  type Workload,
} from "../../../effect";
import type { Audited } from "../audited";
import { listed } from "../finding";
import type { AuditRule } from "../rule";
import { deployment, documents, gateway, meshNamespace, networkPolicy, service } from "./examples";
import { byPolicies, nameOf, see } from "./networkPolicies";

const opening = (port: string): string =>
  networkPolicy("cart", "Ingress", `ingress: [{ ports: [{ port: ${port} }] }]`);
const mapped = service("cart", "name: http, port: 80, targetPort: 8080");

export const portOfNoPod: AuditRule = {
  code: "MW964",
  severity: "warning",
  title: "a port in a NetworkPolicy that no pod has",
  why: [
    "NetworkPolicies see ports of pods: a Service's port that leads to another port of its pods matches nothing.",
    "A name matches only a port that a container declares with this name.",
  ],
  see,
  ignore: "a container opens the port without declaring it, and no Service has it.",
  examples: {
    wrong: documents(deployment("cart"), mapped, opening("80")),
    right: documents(deployment("cart"), mapped, opening("8080")),
  },
  *find(audited) {
    const { model } = audited;
    for (const object of objectsOf(model, "NetworkPolicy", "networking.k8s.io")) {
      const pods = model.workloads.filter(
        (one) => one.hostNetwork !== true && policiesOf(model, one, "ingress").includes(object),
      );
      if (pods.length === 0 || pods.some(({ assumed, from }) => assumed === true || !from)) continue;
      for (const [i, rule] of listAt(object.spec, "ingress").entries()) {
        for (const [j, { port, endPort }] of listAt(rule, "ports").entries()) {
          const meant = endPort === undefined ? pods.map((pod) => portMeant(model, pod, port)) : [];
          const [first] = meant;
          if (first === undefined || meant.some((one) => one === undefined)) continue;
          yield {
            object,
            path: `spec.ingress[${i}].ports[${j}].port`,
            message: `None of the selected pods has the port ${String(port)}, so the rule allows no connection on it: ${first}.`,
            fix: "Name the port of the pods",
          };
        }
      }
    }
  },
};

/** Why a pod certainly does not have the port of a rule. Undefined if it may have it. */
function portMeant(model: Model, pod: Workload, port: unknown): string | undefined {
  const { namedPorts = {}, ports = [] } = pod;
  if (typeof port === "string") {
    const names = Object.keys(namedPorts).filter((name) => name !== "");
    if (port in namedPorts) return undefined;
    return names.length === 0
      ? `${nameOf(pod)} declares no port with a name`
      : `${nameOf(pod)} declares ${listed(names)}`;
  }
  if (typeof port !== "number" || ports.includes(port)) return undefined;
  const all = servicesOf(model, pod).flatMap((one) =>
    one.ports.map((own) => ({ own, title: titleOf(one.from) })),
  );
  if (all.some(({ own }) => targetOf(own, pod) === port)) return undefined;
  const meant = all.find(({ own }) => own.number === port);
  return meant && `${meant.title} sends to port ${targetOf(meant.own, pod)} of ${nameOf(pod)}`;
}

const ingress = deployment("public", {
  labels: 'istio: ingress, sidecar.istio.io/inject: "true"',
}).replace("metadata: { labels", "metadata: { annotations: { inject.istio.io/templates: gateway }, labels");
const balancer = service("public", "name: https, port: 443, targetPort: 8443").replace(
  "spec:\n",
  "spec:\n  type: LoadBalancer\n",
);
const server = gateway(
  "{ port: { number: 443, name: https, protocol: HTTPS }, hosts: [shop.example.com], tls: { mode: SIMPLE, credentialName: shop } }",
);
const toGateway = (peer: string): string =>
  networkPolicy("public", "Ingress", `ingress: [{ ${peer}ports: [{ port: 8443 }] }]`);

export const closedGateway: AuditRule = {
  code: "MW965",
  severity: "warning",
  title: "a NetworkPolicy that closes a gateway to its clients",
  why: [
    "Clients of a gateway behind a load balancer come from outside of the cluster, or have the address of a node.",
    "Selectors of pods and namespaces match neither. Only a rule without peers or with a block of addresses does.",
  ],
  see,
  ignore: "the load balancer runs as pods of the cluster.",
  examples: {
    wrong: documents(
      meshNamespace,
      ingress,
      balancer,
      server,
      toGateway("from: [{ namespaceSelector: {} }], "),
    ),
    right: documents(meshNamespace, ingress, balancer, server, toGateway("")),
  },
  *find(audited) {
    const { model } = audited;
    for (const workload of model.workloads.filter(({ proxy }) => proxy === "gateway")) {
      const served = new Set(gatewayServers(model, workload).map(({ port }) => port));
      const ports = servicesOf(model, workload)
        .filter(({ from }) => isBalanced(audited, from))
        .flatMap((one) => one.ports.filter(({ number }) => served.has(number)));
      const closed = ports.filter((port) => {
        const to = { workload };
        const asked = { from: { addresses: [] }, to, port: targetOf(port, workload) };
        return mayConnect(model, asked).answer === "denied";
      });
      if (closed.length === 0) continue;
      yield* byPolicies(audited, "ingress", [workload], (name) => ({
        message: `The policies for ingress of the gateway allow no connection from outside of the cluster to port ${closed.map((port) => targetOf(port, workload)).join(", ")}: ${name}.`,
        fix: "Allow ingress to the port without a selector, or from blocks of addresses",
      }));
    }
  },
};

function isBalanced({ model }: Audited, name: ObjectName): boolean {
  return objectsOf(model, "Service", "").some(
    (one) => titleOf(one) === titleOf(name) && textAt(one.spec, "type") === "LoadBalancer",
  );
}
