import { fieldsAt, numberAt, textsAt } from "../../../effect/field";
import { parentsOf } from "../../../effect/gatewayApi/parent";
import { targetOf } from "../../../effect/networkDelivery";
import {
  gatewayName,
  gatewayServers,
  type KnownObject,
  mayConnect,
  type Model,
  type ObjectName,
  objectsOf,
  titleOf,
  type Workload,
  workloadsSelected,
} from "../../../effect";
import { type Audited, objectOf } from "../audited";
import { listed } from "../finding";
import type { AuditRule, RuleFinding } from "../rule";
import { callsOf, reroutedHosts } from "./calls";
import { deployment, documents, meshNamespace, networkPolicy, service } from "./examples";
import { backendsIn, gatewayApiRoutes } from "./gatewayApi";
import { nameOf, see } from "./networkPolicies";
import type { PlacedDestination } from "./placedDestination";
import { destinationsIn, servicesOf } from "./routes";

/** A connection to a service that NetworkPolicies certainly deny to all of its pods. */
interface Denied {
  readonly service: ObjectName;
  readonly by: string;
}

function denied(model: Model, from: Workload, host: string, number: number | undefined): Denied | undefined {
  const [to] = servicesOf(model, host);
  const [only, ...more] = to?.ports ?? [];
  const port =
    number === undefined && more.length === 0 ? only : to?.ports.find((one) => one.number === number);
  if (to?.selector === undefined || port === undefined) return undefined;
  const pods = workloadsSelected(model.workloads, to.selector, to.namespace);
  const decisions = pods.map((workload) =>
    mayConnect(model, { from: { workload: from }, to: { workload }, port: targetOf(port, workload) }),
  );
  const [first] = decisions;
  if (!first || decisions.some(({ answer }) => answer !== "denied")) return undefined;
  return {
    service: to.from,
    by: `the policies for ${first.direction ?? ""} of ${first.direction === "egress" ? nameOf(from) : "its pods"} (${listed(first.by.map(titleOf))}) do not allow port ${targetOf(port, pods[0] ?? from)}`,
  };
}

const caller = deployment("web", { env: '{ name: CART, value: "http://cart:8080" }' });
const admitting = (app: string): string =>
  networkPolicy(
    "cart",
    "Ingress",
    `ingress: [{ from: [{ podSelector: { matchLabels: { app: ${app} } } }] }]`,
  );

export const cutCall: AuditRule = {
  code: "MW963",
  severity: "warning",
  title: "a call or a route that NetworkPolicies deny",
  why: [
    "A connection passes only if both the policies for egress of the client and those for ingress of the server allow it.",
    "Rules are about ports of pods, not of Services. The proxy answers such requests with 503 after the time to connect.",
  ],
  see,
  ignore: "the pods don't use the variable.",
  examples: {
    wrong: documents(meshNamespace, caller, deployment("cart"), service("cart"), admitting("wep")),
    right: documents(meshNamespace, caller, deployment("cart"), service("cart"), admitting("web")),
  },
  *find(audited) {
    if (objectsOf(audited.model, "NetworkPolicy", "networking.k8s.io").length === 0) return;
    yield* cutCalls(audited);
    yield* cutRoutes(audited);
  },
};

function* cutCalls(audited: Audited): Iterable<RuleFinding> {
  const { model } = audited;
  const rerouted = reroutedHosts(model);
  for (const workload of model.workloads) {
    const object = objectOf(audited, workload);
    if (!object) continue;
    for (const { path, host, port } of callsOf(object, model)) {
      const found = rerouted.has(host) ? undefined : denied(model, workload, host, port);
      if (!found) continue;
      yield {
        object,
        path,
        message: `An environment variable names ${host}:${port}, and NetworkPolicies deny the connections to ${titleOf(found.service)}: ${found.by}.`,
        fix: "Allow the connection in both directions, or remove the variable",
      };
    }
  }
}

function* cutRoutes(audited: Audited): Iterable<RuleFinding> {
  const { model } = audited;
  const gateways = model.workloads
    .filter(({ proxy }) => proxy === "gateway")
    .map((workload) => ({
      workload,
      serves: new Set(gatewayServers(model, workload).map((one) => one.gateway)),
    }));
  for (const { object, names, places } of routesOfGateways(model)) {
    const own = gateways.filter(({ serves }) => names.some((name) => serves.has(name)));
    for (const { path, host, fields } of places) {
      const number = numberAt(fieldsAt(fields, "port"), "number");
      const results = own.map(({ workload }) => ({ workload, found: denied(model, workload, host, number) }));
      const [first] = results;
      if (!first?.found || results.some(({ found }) => !found)) continue;
      yield {
        object,
        path,
        message: `NetworkPolicies deny the connections of the gateway ${nameOf(first.workload)} to ${titleOf(first.found.service)}: ${first.found.by}.`,
        fix: "Allow the connection in both directions, or remove the route",
      };
    }
  }
}

interface GatewayRoutes {
  readonly object: KnownObject;
  /** The gateways, as the model names them. */
  readonly names: readonly string[];
  readonly places: readonly PlacedDestination[];
}

/** The destinations of routes that are bound to gateways. */
function routesOfGateways(model: Model): GatewayRoutes[] {
  const written = objectsOf(model, "VirtualService", "networking.istio.io").map((object) => ({
    object,
    names: textsAt(object.spec, "gateways").map((name) => gatewayName(name, object.namespace)),
    places: destinationsIn(object, model),
  }));
  const derived = gatewayApiRoutes(model).map((object) => ({
    object,
    names: parentsOf(model, object).flatMap((parent) =>
      "listener" in parent ? [parent.listener.gateway] : [],
    ),
    places: backendsIn(object, model),
  }));
  return [...written, ...derived];
}
