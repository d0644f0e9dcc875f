import { selectionOf } from "./selection";
import { type Fields, fieldsAt, fieldsOf, has, listAt, numberAt, textAt, textsAt } from "./field";
import { fullHost, isWildcard, mostSpecific } from "./host";
import { backendTlsRules } from "./gatewayApi/backendTls";
import { type Model, objectsOf } from "./model";
import { byAge, type KnownObject, nameOf, type ObjectName, selects } from "./object";
import type { ServiceHost } from "./service";
import type { Workload } from "./workload";

/** DestinationRules of one host, merged. */
export interface DestinationRule {
  readonly host: string;
  readonly namespace: string;
  /** Namespaces that see it, as written. Empty: all. */
  readonly exportTo: readonly string[];
  /** Labels of the clients that it applies to. Undefined: all. */
  readonly selector?: Readonly<Record<string, string>>;
  readonly subsets: readonly Fields[];
  readonly trafficPolicy?: Fields;
  readonly from: readonly ObjectName[];
}

/** By what proxies look for rules: those that apply in their own namespace, and those that other namespaces see. */
interface Index {
  readonly local: ReadonlyMap<string, readonly DestinationRule[]>;
  readonly exported: ReadonlyMap<string, readonly DestinationRule[]>;
  readonly rootLocal: readonly DestinationRule[];
}

const cache = new WeakMap<Model, Index>();
const none: readonly DestinationRule[] = [];

/**
 * Returns the rule that a client's proxy uses for a host, if it is exported to the client. It is a rule of the client's
 * namespace, otherwise of the service's, otherwise of the root namespace. Within a namespace the most specific host
 * applies.
 *
 * @see https://istio.io/latest/docs/ops/best-practices/traffic-management/#cross-namespace-configuration
 */
export function destinationRuleFor(
  model: Model,
  { namespace, labels }: Workload,
  service: ServiceHost,
): DestinationRule | undefined {
  const { rootNamespace } = model.settings;
  const index = indexOf(model);
  const find = (rules: readonly DestinationRule[] = none): readonly DestinationRule[] => {
    const { ofHost, wild } = hostsOf(rules);
    const best = ofHost.has(service.host) ? service.host : mostSpecific(service.host, wild, (host) => host);
    return best === undefined ? [] : (ofHost.get(best) ?? []);
  };
  const exportedFrom = (owner: string): DestinationRule[] =>
    find(index.exported.get(owner)).filter(
      ({ exportTo }) => exportTo.length === 0 || exportTo.includes("*") || exportTo.includes(namespace),
    );
  const local = namespace === rootNamespace ? index.rootLocal : index.local.get(namespace);
  const found = [() => find(local), () => exportedFrom(service.namespace), () => exportedFrom(rootNamespace)]
    .map((look) => look())
    .find((rules) => rules.length > 0);
  const own = found?.find(
    (rule) => rule.selector && rule.namespace === namespace && selects(rule.selector, labels),
  );
  return own ?? found?.findLast(({ selector }) => selector === undefined);
}

interface ByHost {
  readonly ofHost: ReadonlyMap<string, readonly DestinationRule[]>;
  /** The hosts that are wildcards, in the order of the rules. */
  readonly wild: readonly string[];
}

const byHost = new WeakMap<readonly DestinationRule[], ByHost>();

function hostsOf(rules: readonly DestinationRule[]): ByHost {
  const known = byHost.get(rules);
  if (known) return known;
  const ofHost = Map.groupBy(rules, ({ host }) => host);
  const read = { ofHost, wild: [...ofHost.keys()].filter(isWildcard) };
  byHost.set(rules, read);
  return read;
}

function indexOf(model: Model): Index {
  const known = cache.get(model);
  if (known) return known;
  const local = new Map<string, DestinationRule[]>();
  const exported = new Map<string, DestinationRule[]>();
  const rootLocal: DestinationRule[] = [];
  const listIn = (map: Map<string, DestinationRule[]>, namespace: string): DestinationRule[] => {
    const list = map.get(namespace) ?? [];
    map.set(namespace, list);
    return list;
  };
  const objects = [...objectsOf(model, "DestinationRule", "networking.istio.io"), ...backendTlsRules(model)];
  for (const object of bySelectorAndAge(objects)) {
    const rule = readRule(object, model);
    const { exportTo, namespace } = rule;
    if (exportTo.length === 0 || ["*", ".", namespace].some((one) => exportTo.includes(one))) {
      add(listIn(local, namespace), rule);
    }
    const isPrivate = exportTo.length === 1 && (exportTo[0] === "." || exportTo[0] === namespace);
    if (!isPrivate) add(listIn(exported, namespace), rule);
    else if (namespace === model.settings.rootNamespace) add(rootLocal, rule);
  }
  const index = { local, exported, rootLocal };
  cache.set(model, index);
  return index;
}

function bySelectorAndAge(objects: readonly KnownObject[]): KnownObject[] {
  const rank = ({ spec }: KnownObject): number => (has(spec, "workloadSelector") ? 0 : 1);
  return [...objects].sort((a, b) => rank(a) - rank(b) || byAge(a, b));
}

function readRule(object: KnownObject, { settings }: Model): DestinationRule {
  const { spec, namespace } = object;
  const hasSelector = has(spec, "workloadSelector");
  return {
    host: fullHost(textAt(spec, "host") ?? "", namespace, settings.clusterDomain),
    namespace,
    exportTo: hasSelector ? ["."] : textsAt(spec, "exportTo"),
    ...(hasSelector && { selector: selectionOf(object).labels }),
    subsets: listAt(spec, "subsets"),
    ...(has(spec, "trafficPolicy") && { trafficPolicy: fieldsAt(spec, "trafficPolicy") }),
    from: [nameOf(object)],
  };
}

/** Merges a rule into those of the same host: further subsets, and the traffic policy if there is none yet. */
function add(rules: DestinationRule[], rule: DestinationRule): void {
  const known = places.get(rules) ?? new Map<string, number[]>();
  places.set(rules, known);
  const same = known.get(rule.host) ?? [];
  known.set(rule.host, same);
  let separately = true;
  for (const i of same) {
    const one = rules[i];
    if (one === undefined) continue;
    const equal = one.exportTo.length === rule.exportTo.length && isSuperset(rule.exportTo, one.exportTo);
    if (equal) separately = false;
    else if (one.exportTo.length > 0 && isSuperset(rule.exportTo, one.exportTo)) separately = true;
    else {
      separately = true;
      continue;
    }
    const both = one.selector !== undefined && rule.selector !== undefined;
    const alike = JSON.stringify(sorted(one.selector)) === JSON.stringify(sorted(rule.selector));
    if (both && !alike) {
      separately = true;
      continue;
    }
    if (both || (!one.selector && !rule.selector)) separately = false;
    rules[i] = merged(one, rule);
  }
  if (separately) same.push(rules.push(rule) - 1);
}

/** Where a list has the rules of each host. */
const places = new WeakMap<readonly DestinationRule[], Map<string, number[]>>();

function merged(one: DestinationRule, rule: DestinationRule): DestinationRule {
  const names = one.subsets.map((subset) => textAt(subset, "name"));
  const policy = one.trafficPolicy ?? rule.trafficPolicy;
  return {
    ...one,
    subsets: [...one.subsets, ...rule.subsets.filter((subset) => !names.includes(textAt(subset, "name")))],
    ...(policy && { trafficPolicy: policy }),
    from: [...one.from, ...rule.from],
  };
}

function isSuperset(wide: readonly string[], narrow: readonly string[]): boolean {
  return narrow.every((one) => wide.includes(one));
}

function sorted(selector: Readonly<Record<string, string>> | undefined): unknown {
  return Object.entries(selector ?? {}).sort();
}

/** Fields that a port's settings replace altogether. */
const replaced = ["connectionPool", "outlierDetection", "loadBalancer", "tls"];
const others = ["tunnel", "proxyProtocol", "retryBudget"];

/**
 * Returns the traffic policy for a port and a subset: the rule's, replaced by its port's, overridden by the subset's.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy
 */
export function trafficPolicy(rule: DestinationRule | undefined, port: number, subset?: string): Fields {
  if (rule === undefined) return {};
  const known = policies.get(rule) ?? new Map<string, Fields>();
  policies.set(rule, known);
  const key = JSON.stringify([port, subset]);
  const policy = known.get(key) ?? readPolicy(rule, port, subset);
  known.set(key, policy);
  return policy;
}

/** Many clients send to the same host. */
const policies = new WeakMap<DestinationRule, Map<string, Fields>>();

function readPolicy(rule: DestinationRule, port: number, subset: string | undefined): Fields {
  const [base] = atPort(rule.trafficPolicy, port);
  const own = rule.subsets.find((one) => textAt(one, "name") === subset);
  if (subset === undefined || !own || !has(own, "trafficPolicy")) return base;
  const [override, hasPort] = atPort(fieldsAt(own, "trafficPolicy"), port);
  return pick([...replaced, ...others], (key) =>
    has(override, key) || (hasPort && replaced.includes(key)) ? override[key] : base[key],
  );
}

function atPort(policy: Fields | undefined, port: number): [Fields, boolean] {
  const own = listAt(policy, "portLevelSettings").find(
    (one) => numberAt(fieldsAt(one, "port"), "number") === port,
  );
  const from = own ? pick(replaced, (key) => own[key]) : fieldsOf(policy);
  return [pick([...replaced, ...others], (key) => from[key]), own !== undefined];
}

function pick(keys: readonly string[], valueOf: (key: string) => unknown): Fields {
  return Object.fromEntries(
    keys
      .map((key) => [key, valueOf(key)] as const)
      .filter(([, value]) => value !== undefined && value !== null),
  );
}
