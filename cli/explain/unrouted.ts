import { type Model, scopeOf, type Workload } from "../../effect";
import { isWithin } from "../../effect/host";
import type { Answer } from "./answer";
import { placeOf } from "./names";
import { openGateways, openServers } from "./openServers";
import type { Question } from "./question";
import type { Target } from "./target";

/**
 * Says why the proxy sends a request nowhere, or to an address that the mesh does not declare. Empty for a request that it
 * sends to a service, or that its routes answer.
 */
export function unroutedReason(model: Model, question: Question, { route, proxy, to }: Answer): string[] {
  const { outcome } = route;
  if ((outcome !== "blocked" && outcome !== "not found" && outcome !== "passed through") || !to) return [];
  const workload = model.workloads.find((one) => placeOf(one) === proxy);
  if (question.client === undefined) return atGateways(model, to);
  return workload === undefined || workload.proxy === "none" ? [] : inMesh(model, to, workload, outcome);
}

function atGateways(model: Model, { host: server, port }: Target): string[] {
  const hosts = servedHosts(model, port);
  return hosts.some((host) => isWithin(server, host))
    ? [`no route of ${server} matches the request`]
    : [`no Gateway serves ${server} on port ${port}: hosts there are ${hosts.join(", ") || "none"}`];
}

/** The hosts that gateways serve on a port to clients outside of the mesh. */
function servedHosts(model: Model, port: number): string[] {
  const own = openGateways(model, port).flatMap((one) => openServers(model, one));
  const hosts = own.filter((one) => one.port === port).flatMap((one) => one.hosts.map(({ host }) => host));
  return [...new Set(hosts)].sort();
}

function inMesh(model: Model, { host, port }: Target, client: Workload, outcome: string): string[] {
  const { services, from } = scopeOf(model, client);
  const isWanted = (one: { readonly host: string }): boolean => isWithin(host, one.host);
  const imported = services.filter(isWanted);
  const ports = imported.flatMap((one) => one.ports.map(({ number }) => number));
  if (imported.length > 0) {
    if (outcome === "passed through") return [];
    if (ports.includes(port)) return ["no route matches the request"];
    return [`${host} has no port ${port}: its ports are ${ports.join(", ") || "none"}`];
  }
  if (model.services.some(isWanted)) {
    return from === undefined
      ? []
      : [`the Sidecar ${placeOf(from)} does not import ${host}, so the client's proxy has no route to it`];
  }
  return [
    `no Service and no ServiceEntry has the host ${host}, and the client's proxy ${outcome === "blocked" ? "refuses" : "passes through"} requests to unknown hosts`,
    ...(servedHosts(model, port).some((one) => isWithin(host, one))
      ? [`a Gateway serves ${host}: to ask about a client outside of the mesh, leave the client out`]
      : []),
  ];
}
