import { accessRules, atomsOf } from "./accessRules";
import { classesOf, type ClassValue, patternsByDimension } from "./classes";
import type { Atom, Dimension } from "./condition";
import type { Model } from "./model";
import { type Alike, principalsAlike } from "./identities";
import type { Identity, Request } from "./request";
import { type Box, firstClass } from "./region";
import { type SelectorIndex, selectorIndex } from "./selectorIndex";
import { fieldsAt, listAt, numberAt, textAt } from "./field";
import { protocols, type ServiceHost, type ServicePort } from "./service";
import { sidecarOf } from "./sidecar";
import { perWorkload } from "./perWorkload";
import { tokenIssuers } from "./token";
import type { Workload } from "./workload";
import { selects } from "./object";

/** A port of a workload, and what its proxy sees there. */
export interface PortClass {
  readonly number: number;
  readonly tcp: boolean;
}

/** The classes of requests that several models distinguish for one workload. */
export interface Space {
  readonly ports: readonly PortClass[];
  /** Values of all aspects but the port. */
  readonly values: ReadonlyMap<Dimension, readonly ClassValue[]>;
  /** Principals of workloads that no policy distinguishes, by the one that stands for them. */
  readonly alike: ReadonlyMap<string, Alike>;
}

/** Returns the classes that the policies of all given models distinguish for a workload of the same name. */
export function spaceOf(sides: readonly { readonly model: Model; readonly workload: Workload }[]): Space {
  const atoms = sides.flatMap(({ model, workload }) =>
    [false, true].flatMap((tcp) => atomsOf(accessRules(model, workload, tcp))),
  );
  const issuers = sides.flatMap(({ model, workload }) => tokenIssuers(model, workload));
  const exact = (names: string, text: string): Atom => ({
    dimension: `claim ["${names}"]`,
    pattern: { form: "exact", text },
  });
  const patterns = patternsByDimension([
    ...atoms,
    ...issuers.map(({ issuer }) => exact("iss", issuer)),
    ...issuers.flatMap(({ audiences }) => audiences.map((one) => exact("aud", one))),
  ]);
  const models = sides.map(({ model }) => model);
  const alike = principalsAlike(models, patterns.get("identity") ?? []);
  const known = [...alike.keys()];
  const dimensions = new Set([...patterns.keys(), "identity"]);
  dimensions.delete("port");
  const values = new Map(
    [...dimensions]
      .filter((dimension) => !dimension.startsWith("unread "))
      .map((dimension) => [
        dimension,
        classesOf(
          dimension,
          patterns.get(dimension) ?? [],
          dimension === "identity" ? known : knownOf(dimension),
        ),
      ]),
  );
  return { ports: portClasses(sides, patterns.get("port") ?? []), values, alike };
}

/** Values that read well as an example where a policy names none. */
function knownOf(dimension: Dimension): string[] {
  return dimension === "method" ? ["GET", "POST", "PUT", "DELETE"] : dimension === "path" ? ["/"] : [];
}

function portClasses(
  sides: readonly { readonly model: Model; readonly workload: Workload }[],
  patterns: readonly { readonly form: string; readonly text?: string }[],
): PortClass[] {
  const protocols = new Map<number, Set<boolean>>();
  const add = (port: number, ...tcp: boolean[]): void => {
    const known = protocols.get(port) ?? new Set<boolean>();
    for (const one of tcp) known.add(one);
    protocols.set(port, known);
  };
  for (const { model, workload } of sides) {
    for (const { number, protocol } of servedPorts(model, workload)) {
      add(number, ...(protocol === "http" ? [false] : protocol === "auto" ? [false, true] : [true]));
    }
  }
  const named = patterns.map(({ text }) => Number(text));
  for (const port of [...named, ...sides.flatMap(({ workload }) => workload.ports ?? [])]) {
    if (!protocols.has(port)) add(port, false, true);
  }
  let other = 65000;
  while (protocols.has(other)) other += 1;
  add(other, false, true);
  return [...protocols].flatMap(([number, tcp]) => [...tcp].map((one) => ({ number, tcp: one })));
}

/**
 * Returns the ports of a workload's pods to which services send, with their protocols. The listeners of a Sidecar precede
 * those of services; on other ports, its proxy detects the protocol.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/#IstioIngressListener
 */
export function servedPorts(
  model: Model,
  workload: Workload,
): { readonly number: number; readonly protocol: ServicePort["protocol"] }[] {
  const listeners = ingressPorts(model, workload);
  const sent = servicePorts(model, workload);
  if (listeners.size === 0) return sent;
  const others = sent.filter(({ number }) => !listeners.has(number));
  return [
    ...[...listeners].map(([number, protocol]) => ({ number, protocol })),
    ...others.map(({ number, protocol }) => ({
      number,
      protocol: protocol === "udp" ? protocol : ("auto" as const),
    })),
  ];
}

/** The listeners of a workload's Sidecar, by port. Empty for those of its services. */
export const ingressPorts = perWorkload((model, workload): ReadonlyMap<number, ServicePort["protocol"]> => {
  const listeners = listAt(sidecarOf(model, workload)?.spec, "ingress");
  return new Map(
    listeners.map((listener) => {
      const port = fieldsAt(listener, "port");
      const name = (textAt(port, "protocol") ?? "").toLowerCase();
      return [numberAt(port, "number") ?? 0, protocols.get(name) ?? "auto"];
    }),
  );
});

function servicePorts(
  model: Model,
  workload: Workload,
): { readonly number: number; readonly protocol: ServicePort["protocol"] }[] {
  return servicesOf(model, workload).flatMap(({ ports }) =>
    ports.flatMap(({ target, number, protocol }) => {
      const port = typeof target === "number" ? target : (workload.namedPorts?.[target] ?? number);
      return [{ number: port, protocol }];
    }),
  );
}

const byWorkload = new WeakMap<Model, Map<Workload, readonly ServiceHost[]>>();

const indexes = new WeakMap<Model, ReadonlyMap<string, SelectorIndex<ServiceHost>>>();

function servicesBySelector(model: Model): ReadonlyMap<string, SelectorIndex<ServiceHost>> {
  const known = indexes.get(model);
  if (known) return known;
  const selecting = model.services.filter(({ selector }) => selector !== undefined);
  const groups = Map.groupBy(selecting, ({ namespace }) => namespace);
  const index = new Map(
    [...groups].map(([namespace, own]) => [namespace, selectorIndex(own, ({ selector = {} }) => selector)]),
  );
  indexes.set(model, index);
  return index;
}

/** Returns the services that select a workload's pods. */
export function servicesOf(model: Model, workload: Workload): readonly ServiceHost[] {
  const known = byWorkload.get(model) ?? new Map<Workload, readonly ServiceHost[]>();
  byWorkload.set(model, known);
  const own =
    known.get(workload) ??
    (servicesBySelector(model).get(workload.namespace)?.(workload.labels) ?? []).filter(({ selector = {} }) =>
      selects(selector, workload.labels),
    );
  known.set(workload, own);
  return own;
}

/** Returns an example of a box's requests: the first class of each aspect. */
export function witnessIn(box: Box, { ports, values }: Space): Request {
  const first = (dimension: Dimension): ClassValue => {
    const list = values.get(dimension) ?? [];
    const mask = box.get(dimension);
    return mask === undefined ? list[0] : list[firstClass(mask)];
  };
  const portMask = box.get("port");
  const port = ports[portMask === undefined ? 0 : firstClass(portMask)];
  const text = (dimension: Dimension): string | undefined => {
    const value = first(dimension);
    return typeof value === "string" ? value : undefined;
  };
  const identity = parseIdentity(text("identity"));
  const headers: Record<string, string> = {};
  let claims: Record<string, unknown> | undefined;
  for (const dimension of values.keys()) {
    const value = first(dimension);
    if (value === undefined) continue;
    if (dimension.startsWith("header ")) headers[dimension.slice("header ".length)] = String(value);
    if (dimension.startsWith("claim ")) {
      claims = withClaim(claims ?? {}, JSON.parse(dimension.slice("claim ".length)) as string[], value);
    }
  }
  const [host, address, remoteAddress] = [text("host"), text("address"), text("remoteAddress")];
  return {
    port: port?.number ?? 0,
    ...(port?.tcp === true && { protocol: "tcp" as const }),
    ...(identity && { identity }),
    ...(port?.tcp !== true && {
      method: text("method") ?? "GET",
      path: text("path") ?? "/",
      ...(host !== undefined && { host }),
      ...(Object.keys(headers).length > 0 && { headers }),
      ...(claims && { claims }),
    }),
    ...(address !== undefined && { address }),
    ...(remoteAddress !== undefined && { remoteAddress }),
  };
}

function withClaim(
  claims: Readonly<Record<string, unknown>>,
  [name = "", ...rest]: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const inner = (claims[name] ?? {}) as Record<string, unknown>;
  return { ...claims, [name]: rest.length > 0 ? withClaim(inner, rest, value) : value };
}

function parseIdentity(principal: string | undefined): Identity | undefined {
  const [trustDomain = "", , namespace = "", , serviceAccount = ""] = principal?.split("/") ?? [];
  return principal === undefined ? undefined : { trustDomain, namespace, serviceAccount };
}
