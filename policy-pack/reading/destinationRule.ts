import type { Field } from "./field";

/**
 * Whether a DestinationRule's host is a service of the mesh or matches one. Such a host is a short name, a name under
 * the cluster's domain or a given domain, or a wildcard that matches such names. A dotted name outside these domains is
 * an external host, because Istio does not complete it.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#DestinationRule-host
 *
 * @param host the rule's `spec.host`
 * @param meshDomains domains that belong to the mesh, such as `svc.cluster.local`
 */
export function isMeshHost(host: string, meshDomains: readonly string[]): boolean {
  if (!host.includes(".")) return true;
  const name = host
    .replace(/^\*?\.?/, "")
    .replace(/\.$/, "")
    .toLowerCase();
  return ["svc", ...meshDomains].some(
    (domain) => within(name, domain) || (host.startsWith("*") && within(domain, name)),
  );
}

/**
 * The full name of a host. A short name belongs to the namespace of the object that contains it.
 *
 * @param meshDomains as for {@link isMeshHost}. The first one completes the name
 */
export function fullName(host: string, namespace: string, [domain = ""]: readonly string[]): string {
  const name = host.replace(/\.$/, "");
  if (!name.includes(".") && name !== "*") return `${name}.${namespace}.${domain}`;
  return name.endsWith(".svc") ? `${name}${domain.replace(/^svc/, "")}` : name;
}

function within(name: string, domain: string): boolean {
  return name === domain || name.endsWith(`.${domain}`);
}

/** All places of a traffic policy in a DestinationRule: the rule, its ports, its subsets, and their ports. */
export function trafficPolicies(rule: Field): Field[] {
  const places = [rule.at("trafficPolicy"), ...subsetPolicies(rule)];
  return places.flatMap((policy) => [policy, ...portLevel(policy)]);
}

/** The settings for one set of endpoints and ports. */
export interface EffectivePolicy {
  readonly loadBalancer: Field;
  readonly connectionPool: Field;
  readonly outlierDetection: Field;
  readonly retryBudget: Field;
}

/**
 * The effective settings for each combination of subset and port, by Istio's rules of merging. A subset replaces whole
 * blocks of the rule and inherits the others. A port inherits nothing. Each field is the place of the block, also if the
 * block is not set.
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy-port_level_settings
 */
export function effectivePolicies(rule: Field): EffectivePolicy[] {
  const base = rule.at("trafficPolicy");
  const unsubsetted = [base, ...portLevel(base)].map(blocks);
  const subsetted = subsetPolicies(rule).flatMap((subset) => [
    ...unsubsetted.map((inherited) => merge(inherited, blocks(subset))),
    ...portLevel(subset).map(blocks),
  ]);
  return [...unsubsetted, ...subsetted];
}

function subsetPolicies(rule: Field): Field[] {
  return rule
    .at("subsets")
    .children()
    .map((subset) => subset.at("trafficPolicy"))
    .filter((policy) => policy.isSet);
}

function portLevel(policy: Field): Field[] {
  return policy.at("portLevelSettings").children();
}

function blocks(policy: Field): EffectivePolicy {
  return {
    loadBalancer: policy.at("loadBalancer"),
    connectionPool: policy.at("connectionPool"),
    outlierDetection: policy.at("outlierDetection"),
    retryBudget: policy.at("retryBudget"),
  };
}

function merge(inherited: EffectivePolicy, own: EffectivePolicy): EffectivePolicy {
  const choose = (block: keyof EffectivePolicy): Field => (own[block].isSet ? own[block] : inherited[block]);
  return {
    loadBalancer: choose("loadBalancer"),
    connectionPool: choose("connectionPool"),
    outlierDetection: choose("outlierDetection"),
    retryBudget: choose("retryBudget"),
  };
}
