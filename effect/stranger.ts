import { accessRules } from "./accessRules";
import type { Atom } from "./condition";
import { decide, type Decision } from "./mayCall";
import type { Model } from "./model";
import type { Identity, Request } from "./request";
import { servedPorts } from "./space";
import type { Workload } from "./workload";

/** A request of a stranger, and what decides about it. */
export interface StrangerRequest {
  readonly request: Request;
  readonly decision: Omit<Decision, "unread">;
}

/** Addresses of different networks, and paths of different depth: a stranger passes only from and to all of them. */
const addresses = ["203.0.113.77", "198.51.100.9"];
const paths = ["/~stranger", "/~stranger/deeper/path"];

const foreign = { namespace: "stranger", serviceAccount: "stranger" };

/**
 * Returns a request of a stranger that a workload's proxy passes. The client has no identity, or one of a namespace
 * that no policy names. It has no token, and asks from any network for a path that no rule names. Clients choose
 * methods, hosts, ports and headers, so a stranger uses those that rules match by a pattern. Objects that the model
 * doesn't read are left out.
 *
 * @returns undefined if every stranger is denied. A request that may pass has the answer `unknown`.
 */
export function strangerRequest(model: Model, workload: Workload): StrangerRequest | undefined {
  const known = cache.get(model) ?? new Map<string, StrangerRequest | undefined>();
  cache.set(model, known);
  const { namespace, labels, annotations, ports, namedPorts, proxy } = workload;
  const key = JSON.stringify([namespace, labels, annotations, ports, namedPorts, proxy]);
  if (!known.has(key)) known.set(key, findRequest(model, workload));
  return known.get(key);
}

/** Workloads that are alike pass the same requests. */
const cache = new WeakMap<Model, Map<string, StrangerRequest | undefined>>();

function findRequest(model: Model, workload: Workload): StrangerRequest | undefined {
  let open: StrangerRequest | undefined;
  for (const request of requests(model, workload)) {
    const decision = weakest(model, workload, request);
    if (decision === undefined) continue;
    const shown = request.protocol === "tcp" ? request : { ...request, path: paths[0] ?? "/" };
    if (decision.answer === "allowed") return { request: shown, decision };
    open ??= { request: shown, decision };
  }
  return open;
}

/** The decision about a request to any path from any network. Undefined if one of them is denied. */
function weakest(model: Model, workload: Workload, request: Request): Omit<Decision, "unread"> | undefined {
  let result: Omit<Decision, "unread"> | undefined;
  for (const address of addresses) {
    for (const path of request.protocol === "tcp" ? [undefined] : paths) {
      const one = { ...request, address, remoteAddress: address, ...(path !== undefined && { path }) };
      const decision = decide(model, workload, one);
      if (decision.answer === "denied") return undefined;
      if (result === undefined || decision.answer === "unknown") result = decision;
    }
  }
  return result;
}

function* requests(model: Model, workload: Workload): Iterable<Request> {
  const atoms = [false, true].flatMap((tcp) => {
    const { custom, deny, allow = [] } = accessRules(model, workload, tcp);
    return [...custom, ...deny, ...allow].flatMap(({ rule: { from, to, when } }) =>
      [...from.flat(), ...to.flat(), ...when].flatMap(({ alternatives }) => alternatives.flat()),
    );
  });
  const { trustDomain } = model.settings;
  const identities: (Identity | undefined)[] = [
    undefined,
    { trustDomain, ...foreign },
    { trustDomain: "stranger.example", ...foreign },
  ];
  const methods = [...new Set(["GET", "POST", ...valuesOf(atoms, "method")])];
  const hosts = [...new Set(["stranger.example", ...valuesOf(atoms, "host")])];
  const headers = headersOf(atoms);
  for (const { port, tcp } of portsOf(model, workload, atoms)) {
    for (const identity of identities) {
      const client = { port, ...(identity && { identity }) };
      if (tcp) {
        yield { ...client, protocol: "tcp" };
        continue;
      }
      for (const sent of headers) {
        for (const method of methods) {
          for (const host of hosts) {
            yield { ...client, method, host, ...(Object.keys(sent).length > 0 && { headers: sent }) };
          }
        }
      }
    }
  }
}

/** The ports that services send to, containers declare and rules name, each for what its proxy reads there. */
function portsOf(
  model: Model,
  workload: Workload,
  atoms: readonly Atom[],
): { readonly port: number; readonly tcp: boolean }[] {
  const served = servedPorts(model, workload).filter(({ protocol }) => protocol !== "udp");
  const known = new Set(served.map(({ number }) => number));
  const others = [...new Set([...(workload.ports ?? []), ...valuesOf(atoms, "port").map(Number)])];
  const result = [
    ...served.flatMap(({ number, protocol }) =>
      protocol === "auto" ? both(number) : [{ port: number, tcp: protocol !== "http" }],
    ),
    ...others.filter((port) => !known.has(port)).flatMap(both),
  ];
  return result.length > 0 ? result : both(8080);
}

function both(port: number): { readonly port: number; readonly tcp: boolean }[] {
  return [false, true].map((tcp) => ({ port, tcp }));
}

/** One text for each pattern of an aspect. */
function valuesOf(atoms: readonly Atom[], dimension: string): string[] {
  return atoms.filter((atom) => atom.dimension === dimension).flatMap(({ pattern }) => exampleOf(pattern));
}

function exampleOf(pattern: Atom["pattern"]): string[] {
  switch (pattern.form) {
    case "exact":
      return [pattern.text];
    case "prefix":
      return [`${pattern.text}stranger`];
    case "suffix":
      return [`stranger${pattern.text}`];
    default:
      return [];
  }
}

/** Headers that every request has, with values that are no secret. */
const common = [":method", ":authority", ":scheme", "host"];

/** No headers, and all that rules match by a pattern. An exact value may be a secret, so a stranger doesn't send it. */
function headersOf(atoms: readonly Atom[]): Readonly<Record<string, string>>[] {
  const named = atoms.filter(({ dimension }) => dimension.startsWith("header "));
  if (named.length === 0) return [{}];
  const sent = named.map(({ dimension, pattern }): [string, string] => {
    const name = dimension.slice("header ".length);
    const secret = pattern.form === "exact" && !common.includes(name);
    return [
      name,
      (secret ? undefined : exampleOf(pattern)[0]) ?? (name === ":path" ? (paths[0] ?? "/") : "stranger"),
    ];
  });
  return [{}, Object.fromEntries(sent)];
}
