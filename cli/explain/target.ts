import { parsePath } from "../../catalog";
import { type Model, objectsOf, parseBlock, type ServiceHost, servicesOf, type Workload } from "../../effect";
import { contains } from "../../effect/address";
import { textAt } from "../../effect/field";
import { isWildcard, isWithin, mostSpecific } from "../../effect/host";
import { UserError } from "../../errors/userError";
import { fromAnnotation } from "../../mesh";
import { workloadOfPod } from "./client";
import { gatewayError, isNamed, listed, namesOfHost, onlyOne, placeOf } from "./names";
import type { Question } from "./question";

/** Where a client sends a request. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/**
 * Finds the host and port of a question's server. A service is `cart`, `shop/cart` or `cart.shop`. An external service
 * is a host, the name in the catalog or of the ServiceEntry, a host within a wildcard, or an IP address. A URL or an
 * address can also be one that the mesh does not declare.
 *
 * @throws {UserError} if there is none, or more than one, or if its port or protocol differs.
 */
export function targetOf(model: Model, question: Question, client: Workload): Target {
  const { server, scheme } = question;
  const wanted = server.toLowerCase();
  const found =
    clusterService(model, wanted, client, scheme !== undefined) ??
    externalService(model, server) ??
    wildcardOf(model, wanted) ??
    atAddress(model, question);
  if (found === undefined && scheme === undefined && !parseBlock(wanted)) throw unknownServer(model, server);
  // A host within a wildcard stays as it is. Every other name stands for the service's host.
  const host = found === undefined || isWithin(wanted, found.host) ? wanted : found.host;
  // Several objects can declare ports of one host.
  const ports = model.services.filter((one) => one.host === found?.host).flatMap((one) => one.ports);
  const port = question.port ?? (scheme ? defaultPorts[scheme] : onlyPort(host, ports));
  const protocol = ports.find(({ number }) => number === port)?.protocol;
  if ((scheme === "https" && protocol === "http") || (scheme === "http" && protocol === "tls")) {
    throw new UserError({
      problem: `${host} has no ${scheme} on port ${port}: ${protocol === "http" ? "the client sends HTTP, and its proxy starts TLS" : "the client starts TLS itself"}.`,
      fix: `Ask about ${protocol === "http" ? "http" : "https"}://${host}:${port}`,
      exitCode: 2,
    });
  }
  return { host, port };
}

const defaultPorts = { http: 80, https: 443 } as const;

function clusterService(
  model: Model,
  wanted: string,
  client: Workload,
  isUrl: boolean,
): ServiceHost | undefined {
  const found = model.services.filter(({ host }) => namesOfHost(model, host).includes(wanted));
  const own =
    found.find(({ namespace }) => namespace === client.namespace) ??
    onlyOne(
      wanted,
      "service",
      found,
      ({ host }) => host,
      ({ host }) => host,
    );
  if (own && isUrl && !wanted.includes(".") && own.namespace !== client.namespace) {
    throw new UserError({
      problem: `Pods of the namespace ${client.namespace} do not resolve "${wanted}", which is a service of ${own.namespace}.`,
      fix: `Ask about ${wanted}.${own.namespace}.`,
      exitCode: 2,
    });
  }
  return own ?? headlessServiceOf(model, wanted, client);
}

/** The headless service of a pod's own host, such as `db-0.db.shop.svc.cluster.local`. Proxies route both alike. */
function headlessServiceOf(model: Model, wanted: string, client: Workload): ServiceHost | undefined {
  const [pod = "", ...rest] = wanted.split(".");
  const service = rest.length === 1 ? `${rest.join()}.${client.namespace}` : rest.join(".");
  if (pod === "" || rest.length === 0) return undefined;
  const headless = new Set(
    objectsOf(model, "Service", "")
      .filter(({ spec }) => textAt(spec, "clusterIP") === "None")
      .map(placeOf),
  );
  return model.services.find(
    ({ host, from }) => headless.has(placeOf(from)) && namesOfHost(model, host).includes(service),
  );
}

/** The external service that a catalog or a ServiceEntry has under a name. */
function externalService(model: Model, name: string): ServiceHost | undefined {
  const entries = objectsOf(model, "ServiceEntry", "networking.istio.io").filter(
    (one) => isNamed(one, name) || keysOf(one.annotations[fromAnnotation] ?? "").includes(name),
  );
  const places = new Set(entries.map(placeOf));
  const found = model.services.filter(
    ({ from }) => from.kind === "ServiceEntry" && places.has(placeOf(from)),
  );
  return onlyOne(
    name,
    "host",
    found,
    ({ host }) => host,
    ({ host }) => host,
  );
}

/** The keys of the external services that an object comes from. */
function keysOf(from: string): unknown[] {
  return from
    .split(",")
    .map((path) => parsePath(path))
    .flatMap(([first, key]) => (first === "externalServices" ? [key] : []));
}

function wildcardOf({ services }: Model, wanted: string): ServiceHost | undefined {
  return mostSpecific(
    wanted,
    services.filter(({ host }) => isWildcard(host)),
    ({ host }) => host,
  );
}

/** The service that has an address: of several, the one with the port, and the smallest block. */
function atAddress({ services }: Model, { server, port }: Question): ServiceHost | undefined {
  if (!parseBlock(server)) return undefined;
  const found = services.flatMap((service) =>
    service.addresses.flatMap((text) => {
      const block = parseBlock(text);
      if (!block || !contains(block, server)) return [];
      const hasPort = service.ports.some(({ number }) => number === port);
      return [{ service, hasPort, size: block.last - block.first }];
    }),
  );
  const [best] = found.sort(
    (a, b) => Number(b.hasPort) - Number(a.hasPort) || (a.size < b.size ? -1 : a.size > b.size ? 1 : 0),
  );
  return best?.service;
}

function onlyPort(host: string, ports: ServiceHost["ports"]): number {
  const [first, second] = ports;
  if (first && !second) return first.number;
  const known = ports.map(({ number, name }) => `${number} (${name})`).join(", ");
  throw new UserError({
    problem: ports.length === 0 ? `No port of ${host} is known.` : `${host} has ${ports.length} ports.`,
    fix: known === "" ? "Name one: --port <number>." : `Choose one with --port: ${known}.`,
    exitCode: 2,
  });
}

function unknownServer(model: Model, server: string): UserError {
  const gateway = gatewayError(model, server);
  if (gateway) return gateway;
  const workload = model.workloads.find((one) => isNamed(one, server)) ?? workloadOfPod(model, server);
  if (workload) {
    const own = servicesOf(model, workload).map(({ host }) => host);
    return new UserError({
      problem: `${server} is a workload, and requests are sent to a service.`,
      fix:
        own.length === 0
          ? "No Service selects its pods. Add one, or ask about an IP address and --port."
          : `Name its service: ${listed(own, server)}.`,
      exitCode: 2,
    });
  }
  const known = model.services.map(({ host }) => namesOfHost(model, host)[0] ?? host);
  return new UserError({
    problem: `There is no service "${server}".`,
    fix: `${known.length === 0 ? "Add its Service or ServiceEntry to the manifests." : `Name one of: ${listed(known, server)}.`}${server.includes(".") ? ` For a host that the mesh does not declare, ask about its URL: https://${server}` : ""}`,
  });
}
