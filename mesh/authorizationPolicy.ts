import { isHttp, type Edge, type Mesh, owns } from "../catalog";
import { denied } from "./denyRules";
import { distinct } from "./distinct";
import { tokenConditions } from "./tokenConditions";
import { metadata, type Manifest } from "./object";
import type { AuthorizationPolicySpec } from "./types/authorizationPolicy.gen";

type Rule = NonNullable<AuthorizationPolicySpec["rules"]>[number];

/**
 * Every namespace has a default deny, and each service allows the requests of the edges to it: one rule per edge, in
 * the order of the annotation that names them. Edges with equal rules, such as routes of one gateway, share one rule,
 * and the annotation names all of them. A mirror has one rule for each call whose requests it receives. In a namespace
 * that the catalog does not own, a service without callers has a policy without rules, which denies every request to
 * it.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
export function authorizationPolicies(mesh: Mesh): Manifest[] {
  return [
    ...mesh.ownNamespaces.map((namespace) => denyAll(mesh, namespace)),
    ...allowed(mesh),
    ...denied(mesh),
  ];
}

function denyAll(mesh: Mesh, namespace: string): Manifest {
  // A policy of action ALLOW without rules matches no request. If it is the only policy, it denies all requests.
  const spec: AuthorizationPolicySpec = {};
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: metadata(mesh, { name: "default-deny", namespace, from: ["namespace"] }),
    spec,
  };
}

function allowed(mesh: Mesh): Manifest[] {
  const issuers = mesh.jwtRules.map(({ issuer }) => issuer).sort();
  return mesh.services
    .filter(({ incoming, namespace }) => incoming.length > 0 || !owns(mesh, namespace))
    .map(({ name, namespace, selector, incoming, path }) => {
      const spec: AuthorizationPolicySpec = {
        selector: { matchLabels: { ...selector } },
        action: "ALLOW",
        ...(incoming.length > 0 && { rules: distinct(incoming.map((edge) => rule(edge, issuers))) }),
      };
      return {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: metadata(mesh, {
          name,
          namespace,
          from: incoming.length > 0 ? incoming.map((edge) => edge.path) : [path],
        }),
        spec,
      };
    });
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
