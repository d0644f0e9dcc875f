import { afterDryRuns, compare, isHttp, type Edge, type Mesh, owns, type Service } from "../catalog";
import { denied } from "./denyRules";
import { distinct } from "./distinct";
import { tokenConditions } from "./tokenConditions";
import { type Manifest } from "./object";
import { policy } from "./policyObject";
import type { AuthorizationPolicySpec } from "./types/authorizationPolicy.gen";

type Rule = NonNullable<AuthorizationPolicySpec["rules"]>[number];

/**
 * Every namespace has a default deny. Each service allows the requests of the edges to it: one rule per edge, in the
 * order of the annotation that names them. Edges with equal rules, such as routes of one gateway, share one rule, and
 * the annotation names all of them. A mirror has one rule for each call whose requests it receives. In a namespace that
 * the catalog does not own, a service without callers has a policy without rules, which denies every request to it.
 *
 * Restrictions in a dry run are policies of their own, so an enforced policy never becomes a dry run in place. istiod
 * evaluates a proxy's dry runs apart from its enforced policies, so a dry run of a service has the rules of all its edges.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
export function authorizationPolicies(mesh: Mesh): Manifest[] {
  return [
    ...mesh.ownNamespaces.map((namespace) => denyAll(mesh, namespace)),
    ...mesh.services.flatMap((service) => allowed(mesh, service)),
    ...denied(mesh),
  ];
}

function denyAll(mesh: Mesh, namespace: string): Manifest {
  const dryRun = mesh.authorization === "dryRun";
  // A policy of action ALLOW without rules matches no request. If it is the only policy, it denies all requests.
  return policy(mesh, { name: "default-deny", namespace, from: ["namespace"], dryRun }, {});
}

function allowed(mesh: Mesh, service: Service): Manifest[] {
  const { name, namespace, selector, incoming, path, authorization } = service;
  const issuers = mesh.jwtRules.map(({ issuer }) => issuer).sort();
  const of = (edges: readonly Edge[], rules: readonly Rule[], dryRun: boolean): Manifest =>
    policy(
      mesh,
      { name, namespace, from: edges.length > 0 ? edges.map((edge) => edge.path) : [path], dryRun },
      {
        selector: { matchLabels: { ...selector } },
        action: "ALLOW",
        ...(rules.length > 0 && { rules: [...rules] }),
      },
    );
  const rulesOf = (edges: readonly Edge[]): Rule[] => distinct(edges.map((edge) => rule(edge, issuers)));
  const restricted = of(incoming, rulesOf(afterDryRuns(incoming)), true);
  if (authorization === "dryRun") {
    // Without an enforced policy, access is what the other objects of the cluster make of it.
    if (mesh.authorization === "dryRun") return [restricted];
    return [of(incoming, [neighbours(mesh, service)], false), restricted];
  }
  return [
    ...(incoming.length > 0 || !owns(mesh, namespace) ? [of(incoming, rulesOf(incoming), false)] : []),
    ...(incoming.some(({ dryRun }) => dryRun !== undefined) ? [restricted] : []),
  ];
}

/**
 * What is enforced while the rules of a service are a dry run: every service account of the catalog's namespaces, and the
 * declared callers. It opens nothing for other namespaces.
 */
function neighbours({ namespaces, trustDomain }: Mesh, { incoming }: Service): Rule {
  const accounts = namespaces.map((namespace) => `${trustDomain}/ns/${namespace}/sa/*`);
  const others = incoming.filter(({ source }) => !namespaces.includes(source.namespace));
  const principals = others.flatMap(({ source }) => source.principal ?? []);
  const whole = others.flatMap(({ source }) => (source.principal === undefined ? [source.namespace] : []));
  return {
    from: [
      { source: { principals: distinct([...accounts, ...principals]).sort(compare) } },
      ...(whole.length > 0 ? [{ source: { namespaces: distinct(whole).sort(compare) } }] : []),
    ],
  };
}

function rule({ source, port, methods, paths, endUser }: Edge, issuers: string[]): Rule {
  const requests = isHttp(port.protocol);
  return {
    from: [
      {
        source:
          source.principal === undefined
            ? { namespaces: [source.namespace] }
            : { principals: [source.principal] },
      },
    ],
    to: [
      {
        operation: {
          ports: [String(port.targetPort)],
          ...(requests && methods.length > 0 && { methods: [...methods] }),
          ...(requests && paths.length > 0 && { paths: [...paths] }),
        },
      },
    ],
    ...(requests && endUser && { when: tokenConditions(endUser, issuers) }),
  };
}
