import type { StackViolation } from "../policy";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import { isNamespace, type KubernetesResource, type KubernetesType } from "../reading/resource";
import type { JudgeEffect } from "./judged";
import { messages } from "./routeMessages";
import { type Paths, sharedPath } from "./paths";

const GROUP = "gateway.networking.k8s.io";
const isRoute = ({ group, kind }: KubernetesType): boolean =>
  group === GROUP && (kind === "HTTPRoute" || kind === "GRPCRoute");

/** Judges routes of the Gateway API that take requests from another namespace, and those without a permission. */
export const judgeGatewayApi: JudgeEffect = function* ({ stack }) {
  const routes = stack.filter(({ type }) => isRoute(type) && !type.patch);
  yield* judgeShared(routes);
  const declared = new Set(stack.filter(({ type }) => isNamespace(type)).map(({ name }) => name));
  const grants = stack.filter(({ type }) => type.group === GROUP && type.kind === "ReferenceGrant");
  for (const route of routes.filter((one) => gatewaysOf(one).length > 0)) {
    yield* judgeReferences(route, declared, grants);
  }
};

/** A gateway prefers the longest path of all routes with its host, so one namespace takes paths from another. */
function* judgeShared(routes: readonly KubernetesResource[]): Iterable<StackViolation> {
  const bound = routes.flatMap((route) =>
    gatewaysOf(route).flatMap((gateway) =>
      textsOf(route.fields.at("spec", "hostnames")).map(({ text: host }) => ({
        route,
        host,
        key: `${gateway} ${host}`,
      })),
    ),
  );
  for (const [, same] of Map.groupBy(bound, ({ key }) => key)) {
    for (const [index, { route, host }] of same.entries()) {
      for (const { route: other } of same.slice(0, index)) {
        if (route.namespace === other.namespace) continue;
        const path = sharedPath(pathsOf(route), pathsOf(other));
        if (path === undefined) continue;
        yield { subject: route, message: messages.taken(route.title, path, host, other.title) };
      }
    }
  }
}

/** The Gateways of a route, as `<namespace>/<name>`. A route of a Service has none. */
function gatewaysOf({ fields, namespace = "default" }: KubernetesResource): string[] {
  return fields
    .at("spec", "parentRefs")
    .children()
    .filter((parent) => (parent.at("kind").peek ?? "Gateway") === "Gateway")
    .map((parent) => `${text(parent.at("namespace")) ?? namespace}/${text(parent.at("name")) ?? ""}`);
}

function pathsOf({ type, fields }: KubernetesResource): Paths[] {
  if (type.kind !== "HTTPRoute") return [];
  return fields
    .at("spec", "rules")
    .children()
    .flatMap((rule) => {
      const matches = rule.at("matches").children();
      if (matches.length === 0) return [{ text: "/", isPrefix: true }];
      return matches.flatMap((match): Paths[] => {
        if (["headers", "queryParams", "method"].some((key) => match.at(key).isSet)) return [];
        const kind = match.at("path", "type").peek ?? "PathPrefix";
        const value = text(match.at("path", "value")) ?? "/";
        return kind === "RegularExpression" ? [] : [{ text: value, isPrefix: kind === "PathPrefix" }];
      });
    });
}

/** A route to another namespace requires a ReferenceGrant there. */
function* judgeReferences(
  route: KubernetesResource,
  declared: ReadonlySet<string | undefined>,
  grants: readonly KubernetesResource[],
): Iterable<StackViolation> {
  const backends = route.fields
    .at("spec", "rules")
    .children()
    .flatMap((rule) => rule.at("backendRefs").children());
  for (const backend of backends) {
    const field = backend.at("namespace");
    const namespace = text(field);
    if (namespace === undefined || namespace === (route.namespace ?? "default")) continue;
    // A namespace of another stack may have the grant there.
    if (!declared.has(namespace) || grants.some((grant) => permits(grant, route, namespace))) continue;
    yield { subject: route, message: messages.grant(route.title, field.path, namespace) };
  }
}

function permits(grant: KubernetesResource, route: KubernetesResource, namespace: string): boolean {
  if (grant.namespace !== namespace) return false;
  const from = grant.fields.at("spec", "from");
  return (
    from.peek === UNKNOWN ||
    from
      .children()
      .some(
        (one) =>
          one.at("kind").peek === route.type.kind &&
          [route.namespace ?? "default", UNKNOWN].includes(one.at("namespace").peek as string),
      )
  );
}

function text(field: Field): string | undefined {
  return typeof field.peek === "string" ? field.peek : undefined;
}
