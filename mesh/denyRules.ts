import { callersNamed, type Deny, type Mesh, type Service, type Source } from "../catalog";
import { distinct } from "./distinct";
import type { Manifest } from "./object";
import { policy } from "./policyObject";
import { tokenConditions } from "./tokenConditions";
import type { AuthorizationPolicySpec } from "./types/authorizationPolicy.gen";

type Rule = NonNullable<AuthorizationPolicySpec["rules"]>[number];
type RuleSource = NonNullable<NonNullable<Rule["from"]>[number]["source"]>;

/**
 * The policies with the action DENY, one for each service with DENY rules. Their names have a dot, which no service has.
 *
 * @see https://istio.io/latest/docs/concepts/security/#implicit-enablement
 */
export function denied(mesh: Mesh): Manifest[] {
  const issuers = mesh.jwtRules.map(({ issuer }) => issuer).sort();
  return mesh.services
    .filter(({ deny }) => deny.length > 0)
    .map((service) => {
      const { name, namespace, selector, deny, authorization } = service;
      const spec: AuthorizationPolicySpec = {
        selector: { matchLabels: { ...selector } },
        action: "DENY",
        rules: deny.flatMap((one) => rules(one, service, issuers)),
      };
      const from = deny.map(({ path }) => path);
      return policy(
        mesh,
        { name: `${name}.deny`, namespace, from, dryRun: authorization === "dryRun" },
        spec,
      );
    });
}

/**
 * All conditions of a rule have to match. A token is excepted only if all of its claims are as listed. So each claim
 * has a rule of its own, which a request without a token matches, too.
 */
function rules(deny: Deny, { incoming }: Service, issuers: readonly string[]): Rule[] {
  const from = sources(deny, callersNamed(incoming, deny.callers), callersNamed(incoming, deny.notCallers));
  const to = operation(deny);
  const required = deny.endUser ? tokenConditions(deny.endUser, issuers) : [];
  const excepted = deny.notEndUser ? tokenConditions(deny.notEndUser, issuers) : [];
  const whens = (excepted.length > 0 ? excepted : [undefined]).map((one) => [
    ...required,
    ...(one ? [{ key: one.key, notValues: one.values ?? [] }] : []),
  ]);
  return whens.map((when) => ({
    ...(from.length > 0 && { from: from.map((source) => ({ source })) }),
    ...(Object.keys(to).length > 0 && { to: [{ operation: to }] }),
    ...(when.length > 0 && { when }),
  }));
}

/** Callers are alternatives, each with all exceptions and addresses. */
function sources(
  { ipBlocks, notIpBlocks }: Deny,
  named: readonly Source[],
  excepted: readonly Source[],
): RuleSource[] {
  const common: RuleSource = {
    ...without(excepted),
    ...(ipBlocks.length > 0 && { ipBlocks: [...ipBlocks] }),
    ...(notIpBlocks.length > 0 && { notIpBlocks: [...notIpBlocks] }),
  };
  const { principals, namespaces } = identities(named);
  const callers = [
    ...(principals.length > 0 ? [{ principals }] : []),
    ...(namespaces.length > 0 ? [{ namespaces }] : []),
  ];
  if (callers.length > 0) return callers.map((caller) => ({ ...caller, ...common }));
  return Object.keys(common).length > 0 ? [common] : [];
}

function without(excepted: readonly Source[]): RuleSource {
  const { principals, namespaces } = identities(excepted);
  return {
    ...(principals.length > 0 && { notPrincipals: principals }),
    ...(namespaces.length > 0 && { notNamespaces: namespaces }),
  };
}

function identities(sources: readonly Source[]): { principals: string[]; namespaces: string[] } {
  return {
    principals: distinct(sources.flatMap(({ principal }) => principal ?? [])).sort(),
    namespaces: distinct(
      sources.flatMap(({ principal, namespace }) => (principal === undefined ? [namespace] : [])),
    ).sort(),
  };
}

function operation(deny: Deny): NonNullable<NonNullable<Rule["to"]>[number]["operation"]> {
  const lists = ["methods", "notMethods", "paths", "notPaths"] as const;
  const listed = lists.filter((list) => deny[list].length > 0);
  return {
    ...(deny.ports.length > 0 && { ports: deny.ports.map(String) }),
    ...Object.fromEntries(listed.map((list) => [list, [...deny[list]]])),
  };
}
