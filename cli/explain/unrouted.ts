import { fullHost, gatewayServers, type Model, scopeOf, type Workload } from "../../effect";
import { isWithin } from "../../effect/host";
import type { Answer } from "./answer";
import type { Question } from "./question";

/** Says why the proxy sends a request nowhere. Empty for a request that it sends, or that its routes answer. */
export function unroutedReason(model: Model, question: Question, { route, proxy }: Answer): string[] {
  if (route.outcome !== "blocked" && route.outcome !== "not found") return [];
  const workload = model.workloads.find(({ namespace, name }) => `${namespace}/${name}` === proxy);
  if (workload === undefined) return [];
  return question.client === undefined
    ? atGateway(model, question, workload)
    : inMesh(model, question, workload);
}

function atGateway(model: Model, { server, port, scheme }: Question, gateway: Workload): string[] {
  const number = port ?? (scheme === "http" ? 80 : 443);
  const own = gatewayServers(model, gateway).filter((one) => one.port === number);
  const hosts = [...new Set(own.flatMap((one) => one.hosts.map(({ host }) => host)))].sort();
  const isServed = hosts.some((host) => isWithin(server, host));
  return isServed
    ? [`no route of ${server} matches the request`]
    : [`no Gateway serves ${server} on port ${number}: hosts there are ${hosts.join(", ") || "none"}`];
}

function inMesh(model: Model, { server, port }: Question, client: Workload): string[] {
  const { clusterDomain } = model.settings;
  const wanted = new Set([
    server,
    fullHost(server, client.namespace, clusterDomain),
    ...(server.includes("/")
      ? [fullHost(server.split("/")[1] ?? "", server.split("/")[0] ?? "", clusterDomain)]
      : []),
  ]);
  const { services, from } = scopeOf(model, client);
  const isWanted = ({ host }: { readonly host: string }): boolean =>
    wanted.has(host) || (!server.includes("/") && host.startsWith(`${server}.`));
  const imported = services.find(isWanted);
  if (imported !== undefined) {
    const ports = imported.ports.map(({ number }) => number);
    if (port === undefined || ports.includes(port)) return ["no route matches the request"];
    return [`${imported.host} has no port ${port}: its ports are ${ports.join(", ") || "none"}`];
  }
  const known = model.services.find(isWanted)?.host ?? server;
  return from === undefined
    ? []
    : [
        `the Sidecar ${from.namespace}/${from.name} does not import ${known}, so the client's proxy has no route to it`,
      ];
}
