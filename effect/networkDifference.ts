import { changedOf } from "./affected";
import type { Difference, WorkloadPair } from "./change";
import { addressesAt } from "./classes";
import { fieldsAt, listAt, numberAt, textAt, textsAt } from "./field";
import { type ClientGroup, clientGroups } from "./clientGroups";
import { isWildcard } from "./host";
import type { RoutedRequest } from "./httpMatch";
import { keysOf } from "./labelSelector";
import { type Model, objectsOf } from "./model";
import {
  type ConnectionDecision,
  type Direction,
  type Endpoint,
  mayConnect,
  policiesOf,
} from "./networkPolicy";
import { outsideOf } from "./networkDelivery";
import { type KnownObject, titleOf } from "./object";
import { unknownHost } from "./outside";
import { scopeOf } from "./scope";
import { servedPorts } from "./space";
import { distinctPorts, otherPort, udpPorts } from "./udpPorts";
import { unknownPeers } from "./unknownPeers";
import { identityOf, type Workload } from "./workload";

/** A host outside of the cluster. */
const outside: Endpoint = { addresses: [], isPublic: true };

/** An end of connections in both models. */
interface Side {
  readonly before: Endpoint;
  readonly after: Endpoint;
  readonly name: string;
  /** The number of workloads that it stands for. Default: 1. */
  readonly size?: number;
  /** A request to it, if it is a host with a name. */
  readonly sent?: Pick<RoutedRequest, "host" | "port">;
}

interface Change {
  readonly kind: "network opened" | "network closed";
  readonly from: Side;
  readonly to: Side;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
  readonly was: ConnectionDecision;
  readonly is: ConnectionDecision;
}

const openness = { denied: 0, unknown: 1, allowed: 2 } as const;

/**
 * Returns the connections that NetworkPolicies allow in one model only. There is an entry for each workload that accepts
 * them. There are others for each one that opens them to outside of the cluster: one for each host of its proxy, and one
 * for all other hosts.
 *
 * @param limit how many pods a peer may select to be compared one by one. Default: that of `clientGroups`.
 */
export function networkDifferences(
  before: Model,
  after: Model,
  pairs: readonly WorkloadPair[],
  limit?: number,
): Difference[] {
  const [old, now] = [policies(before), policies(after)];
  const changed = changedOf(old, now, ({ spec }) => JSON.stringify(spec));
  const keys = new Set([...old, ...now].flatMap(keysRead));
  const relabelled = pairs.some((pair) => isRelabelled(before, after, pair, keys));
  if (changed.length === 0 && !relabelled) return [];
  const isChanged = new Set(changed);
  const sides = pairs.map(sideOf);
  const groupsOf = clientGroups([before, after], pairs, limit);
  /** The policies that decide about a workload. None if they are the same in both models. */
  const decisive = ([was, is]: WorkloadPair, direction: Direction): KnownObject[] => {
    const own = [...policiesOf(after, is, direction), ...policiesOf(before, was, direction)];
    return relabelled || own.some((policy) => isChanged.has(policy)) ? own : [];
  };
  const namedUdp = udpPorts(before, after);
  const peers = unknownPeers(after, changed).flatMap(({ workload, ports }) => {
    const to = sideOf([workload, workload]);
    const all = pairs.flatMap((pair, index) => {
      const from = sides[index];
      const isDecided = from !== undefined && decisive(pair, "egress").length > 0;
      return isDecided
        ? ports.flatMap(({ port, protocol }) => changeOf(before, after, from, to, port, protocol))
        : [];
    });
    return differencesOf(after, workload, withoutAlike(all), "received");
  });
  const known = pairs.flatMap((pair, index) => {
    const [receiving, sending] = [decisive(pair, "ingress"), decisive(pair, "egress")];
    const senders = [
      outsideSide,
      ...(receiving.length > 0 ? addressesAt(receiving.flatMap(blocksOf("ingress"))).map(sideAt) : []),
    ];
    const hosts = [
      outsideSide,
      ...(sending.length > 0 ? addressesAt(sending.flatMap(blocksOf("egress"))).map(sideAt) : []),
    ];
    const borders = sending.flatMap(portsNamed);
    const named = [...new Set([443, ...borders, otherPort, ...borders.map((port) => port + 1)])];
    const side = sides[index] ?? sideOf(pair);
    const ports = [...new Set([...portsOf(before, pair[0]), ...portsOf(after, pair[1]), otherPort])];
    const clients = groupsOf(index).flatMap((group): Side[] => {
      const from = sides[group.client];
      return from === undefined
        ? []
        : [group.size === 1 ? from : { ...from, name: groupName(from, group), size: group.size }];
    });
    const received = [...clients, ...senders].flatMap((from) => {
      const packets = distinctPorts([...namedUdp(side, "ingress"), ...namedUdp(from, "egress")]);
      return [
        ...ports.flatMap((port) => changeOf(before, after, from, side, port)),
        ...packets.flatMap((port) => changeOf(before, after, from, side, port, "UDP")),
      ];
    });
    const packets = sending.length > 0 ? distinctPorts(namedUdp(side, "egress")) : [];
    const reached = hosts.flatMap((host) => [
      ...named.flatMap((port) => changeOf(before, after, side, host, port)),
      ...packets.flatMap((port) => changeOf(before, after, side, host, port, "UDP")),
    ]);
    const declared = sending.length > 0 ? externalHosts(before, after, pair) : [];
    return [
      ...differencesOf(after, pair[1], withoutAlike(received), "received"),
      ...declared.flatMap(({ host, port }) =>
        differencesOf(after, pair[1], changeOf(before, after, side, host, port), "sent"),
      ),
      ...differencesOf(after, pair[1], withoutAlike(reached), "sent"),
    ];
  });
  return [...known, ...peers];
}

function groupName({ name }: Side, { size, id }: ClientGroup): string {
  return `${name} and ${size - 1} alike (${id})`;
}

const outsideSide: Side = { before: outside, after: outside, name: "a client outside of the cluster" };

/** The hosts outside of the cluster that a workload's proxy has, each with a port to which it connects. */
function externalHosts(
  before: Model,
  after: Model,
  [old, now]: WorkloadPair,
): { readonly host: Side; readonly port: number }[] {
  if (old.proxy === "none" || now.proxy === "none") return [];
  const had = new Map(scopeOf(before, old).services.map((one) => [one.host, one]));
  const has = new Map(scopeOf(after, now).services.map((one) => [one.host, one]));
  return [...new Map([...had, ...has]).values()]
    .filter(({ external }) => external)
    .flatMap((service) => {
      const { host } = service;
      const name = isWildcard(host) ? `other${host.slice(1)}` : host;
      const [was, is] = [had, has].map((own) => outsideOf(host, own.get(host) ?? service));
      if (was === undefined || is === undefined) return [];
      return service.ports.map(({ number, target }) => ({
        host: { before: was, after: is, name: `${name}:${number}`, sent: { host: name, port: number } },
        port: typeof target === "number" ? target : number,
      }));
    });
}

/** A single address outside of the cluster. */
function sideAt(address: string): Side {
  const end: Endpoint = { addresses: [address] };
  return { before: end, after: end, name: address };
}

/** The blocks of addresses that a policy names in a direction, and those that it excepts. */
function blocksOf(direction: "egress" | "ingress"): (policy: KnownObject) => string[] {
  const key = direction === "egress" ? "to" : "from";
  return ({ spec }) =>
    listAt(spec, direction)
      .flatMap((rule) => listAt(rule, key))
      .map((peer) => fieldsAt(peer, "ipBlock"))
      .flatMap((block) => [textAt(block, "cidr") ?? "", ...textsAt(block, "except")]);
}

function policies(model: Model): readonly KnownObject[] {
  return objectsOf(model, "NetworkPolicy", "networking.k8s.io");
}

function sideOf([old, now]: WorkloadPair): Side {
  return { before: { workload: old }, after: { workload: now }, name: `${now.namespace}/${now.name}` };
}

/** The keys of labels of pods and namespaces that a policy reads. */
function keysRead({ spec }: KnownObject): string[] {
  const peers = [
    ...listAt(spec, "ingress").flatMap((rule) => listAt(rule, "from")),
    ...listAt(spec, "egress").flatMap((rule) => listAt(rule, "to")),
  ];
  return [spec, ...peers].flatMap((one) =>
    ["podSelector", "namespaceSelector"].flatMap((field) => keysOf(fieldsAt(one, field))),
  );
}

function isRelabelled(
  before: Model,
  after: Model,
  [old, now]: WorkloadPair,
  keys: ReadonlySet<string>,
): boolean {
  const [was, is] = [before, after].map(({ namespaces }) => namespaces.get(now.namespace));
  return [...keys].some(
    (key) =>
      old.labels[key] !== now.labels[key] ||
      (was !== undefined && is !== undefined && was.labels[key] !== is.labels[key]),
  );
}

function portsOf(model: Model, workload: Workload): number[] {
  return [...servedPorts(model, workload).map(({ number }) => number), ...(workload.ports ?? [])];
}

/** The first and the last ports of the ranges to which a policy allows connections. */
function portsNamed({ spec }: KnownObject): number[] {
  return listAt(spec, "egress").flatMap((rule) =>
    listAt(rule, "ports").flatMap((port) =>
      ["port", "endPort"].flatMap((border) => numberAt(port, border) ?? []),
    ),
  );
}

/**
 * Leaves out changes of UDP that TCP has, too, and for sure if they are. TCP comes first, so that a connection shows the
 * difference.
 */
function withoutAlike(changes: readonly Change[]): Change[] {
  const [udp, tcp] = [
    changes.filter(({ protocol }) => protocol === "UDP"),
    changes.filter(({ protocol }) => protocol === "TCP"),
  ];
  const key = ({ kind, from, to, port }: Change, sure: boolean): string =>
    `${kind} ${from.name} ${to.name} ${port} ${sure}`;
  const known = new Set(
    tcp.flatMap((one) => (isSure(one.was, one.is) ? [key(one, true), key(one, false)] : [key(one, false)])),
  );
  return [...tcp, ...udp.filter((one) => !known.has(key(one, isSure(one.was, one.is))))];
}

function changeOf(
  before: Model,
  after: Model,
  from: Side,
  to: Side,
  port: number,
  protocol: Change["protocol"] = "TCP",
): Change[] {
  const was = mayConnect(before, { from: from.before, to: to.before, port, protocol });
  const is = mayConnect(after, { from: from.after, to: to.after, port, protocol });
  const [less, more] = [openness[was.answer], openness[is.answer]];
  if (less === more) return [];
  return [{ kind: less < more ? "network opened" : "network closed", from, to, port, protocol, was, is }];
}

function differencesOf(
  model: Model,
  workload: Workload,
  changes: readonly Change[],
  direction: "received" | "sent",
): Difference[] {
  return (["network opened", "network closed"] as const).flatMap((kind): Difference[] => {
    const own = changes.filter((one) => one.kind === kind);
    const first = own.find(({ was, is }) => isSure(was, is)) ?? own[0];
    if (!first) return [];
    const { from, to, port, protocol, was, is } = first;
    const udp = protocol === "UDP" && { transport: protocol };
    const alike = clientsOf(own.filter((one) => one.port === port && one.protocol === protocol)) - 1;
    const client =
      "workload" in from.after &&
      from.after.workload.proxy !== "none" &&
      !from.after.workload.assumed &&
      from.after.workload;
    const address = addressOf(from);
    const shown =
      direction === "sent"
        ? { sent: to.sent ?? { host: addressOf(to) ?? unknownHost, port, ...udp } }
        : {
            ...(alike > 0 && { alike }),
            witness: {
              port,
              protocol: "tcp" as const,
              ...udp,
              ...(address !== undefined && { address }),
              ...(client && { identity: identityOf(client, model.settings) }),
            },
          };
    return [
      {
        kind,
        workload,
        sure: isSure(was, is),
        ...shown,
        before: decisionText(was),
        after: decisionText(is),
        by: is.by.length > 0 ? is.by : was.by,
        extent: own
          .map((one) => {
            const udp = one.protocol === "UDP" ? "UDP " : "";
            return `${one.from.name} to ${one.to.name} ${udp}port ${one.port}`;
          })
          .join("\n"),
      },
    ];
  });
}

/** The number of clients of changes. All addresses outside of the cluster are one. */
function clientsOf(changes: readonly Change[]): number {
  const sizes = changes.map(({ from }): readonly [string, number] =>
    "workload" in from.after ? [from.name, from.size ?? 1] : [outsideSide.name, 1],
  );
  return [...new Map(sizes).values()].reduce((sum, size) => sum + size, 0);
}

/** The single address that a side outside of the cluster is. */
function addressOf({ after }: Side): string | undefined {
  return "workload" in after ? undefined : after.addresses[0];
}

function isSure(was: ConnectionDecision, is: ConnectionDecision): boolean {
  return was.answer !== "unknown" && is.answer !== "unknown";
}

/** Describes a decision with the objects that made it. */
function decisionText({ answer, direction, by }: ConnectionDecision): string {
  return direction === undefined
    ? `${answer}: no NetworkPolicy applies`
    : `${answer}: ${direction} (${by.map(titleOf).join(", ")})`;
}
