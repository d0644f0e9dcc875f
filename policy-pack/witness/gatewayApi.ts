import type { StackViolation } from "../policy";
import { type Field, textsOf, UNKNOWN } from "../reading/field";
import {
  isGatewayApiGateway,
  isGatewayApiRoute,
  isNamespace,
  isReferenceGrant,
  type KubernetesResource,
} from "../reading/resource";
import type { JudgeEffect } from "./judged";
import { messages } from "./routeMessages";
import { type Paths, sharedPath } from "./paths";

/** Judges routes of the Gateway API that take requests from another namespace, and references without a permission. */
export const judgeGatewayApi: JudgeEffect = function* ({ stack }) {
  const routes = stack.filter(({ type }) => isGatewayApiRoute(type) && !type.patch);
  yield* judgeShared(routes);
  const declared = new Set(stack.filter(({ type }) => isNamespace(type)).map(({ name }) => name));
  const grants = stack.filter(({ type }) => isReferenceGrant(type));
  const isPermitted = (from: KubernetesResource, reference: Field, kind: string): boolean => {
    const namespace = text(reference.at("namespace"));
    if (namespace === undefined || namespace === (from.namespace ?? "default")) return true;
    // A namespace of another stack may have the grant there.
    return !declared.has(namespace) || grants.some((grant) => permits(grant, from, reference, kind));
  };
  for (const route of routes.filter((one) => gatewaysOf(one).length > 0)) {
    for (const backend of backendsOf(route)) {
      if (isPermitted(route, backend, "Service")) continue;
      const field = backend.at("namespace");
      yield { subject: route, message: messages.grant(route.title, field.path, text(field) ?? "") };
    }
  }
  for (const gateway of stack.filter(({ type }) => isGatewayApiGateway(type) && !type.patch)) {
    for (const certificate of certificatesOf(gateway)) {
      if (isPermitted(gateway, certificate, "Secret")) continue;
      const field = certificate.at("namespace");
      yield {
        subject: gateway,
        message: messages.certificate(gateway.title, field.path, text(field) ?? ""),
      };
    }
  }
};

/** A gateway prefers the longest path of all routes with its host, so one namespace takes paths from another. */
function* judgeShared(routes: readonly KubernetesResource[]): Iterable<StackViolation> {
  const bound = routes.flatMap((route) =>
    gatewaysOf(route).flatMap((gateway) =>
      textsOf(route.fields.at("spec", "hostnames")).map(({ text: host }) => ({
        route,
        host,
        key: `${isOfConnections(route) ? "tls " : ""}${gateway} ${host}`,
      })),
    ),
  );
  for (const [, same] of Map.groupBy(bound, ({ key }) => key)) {
    for (const [index, { route, host }] of same.entries()) {
      for (const { route: other } of same.slice(0, index)) {
        if (route.namespace === other.namespace) continue;
        if (isOfConnections(route)) {
          yield { subject: route, message: messages.connections(route.title, host, other.title) };
          continue;
        }
        const path = sharedPath(pathsOf(route), pathsOf(other));
        if (path === undefined) continue;
        yield { subject: route, message: messages.taken(route.title, path, host, other.title) };
      }
    }
  }
}

function isOfConnections({ type }: KubernetesResource): boolean {
  return type.kind !== "HTTPRoute" && type.kind !== "GRPCRoute";
}

/** The Gateways of a route, as `<namespace>/<name>`. A route of a Service has none. */
function gatewaysOf({ fields, namespace = "default" }: KubernetesResource): string[] {
  return fields
    .at("spec", "parentRefs")
    .children()
    .filter((parent) => (parent.at("kind").peek ?? "Gateway") === "Gateway")
    .map((parent) => `${text(parent.at("namespace")) ?? namespace}/${text(parent.at("name")) ?? ""}`);
}

/** The paths of a route's matches. Matches with further conditions are narrower than their path, and are left out. */
function pathsOf({ type, fields }: KubernetesResource): Paths[] {
  return fields
    .at("spec", "rules")
    .children()
    .flatMap((rule) => {
      const matches = rule.at("matches").children();
      if (matches.length === 0) return [{ text: "/", isPrefix: true }];
      return matches.flatMap(type.kind === "GRPCRoute" ? callsOf : pathOf);
    });
}

function pathOf(match: Field): Paths[] {
  if (["headers", "queryParams", "method"].some((key) => match.at(key).isSet)) return [];
  const kind = match.at("path", "type").peek ?? "PathPrefix";
  const value = text(match.at("path", "value")) ?? "/";
  return kind === "RegularExpression" ? [] : [{ text: value, isPrefix: kind === "PathPrefix" }];
}

/** The path of a gRPC call is `/<service>/<method>`. */
function callsOf(match: Field): Paths[] {
  const called = match.at("method");
  if (match.at("headers").isSet || called.at("type").peek === "RegularExpression") return [];
  const [service, method] = [text(called.at("service")), text(called.at("method"))];
  if (service === undefined) return method === undefined ? [{ text: "/", isPrefix: true }] : [];
  return [{ text: `/${service}/${method ?? ""}`, isPrefix: method === undefined }];
}

/** What a route refers to: its backends, and those of copies. */
function backendsOf({ fields }: KubernetesResource): Field[] {
  return fields
    .at("spec", "rules")
    .children()
    .flatMap((rule) => {
      const backends = rule.at("backendRefs").children();
      const filters = [rule, ...backends].flatMap((place) => place.at("filters").children());
      const copies = filters.map((filter) => filter.at("requestMirror", "backendRef"));
      return [...backends, ...copies.filter(({ isSet }) => isSet)];
    });
}

function certificatesOf({ fields }: KubernetesResource): Field[] {
  return fields
    .at("spec", "listeners")
    .children()
    .flatMap((listener) => listener.at("tls", "certificateRefs").children());
}

/** Whether a grant permits a reference of an object to another namespace. Unknown values permit it. */
function permits(grant: KubernetesResource, from: KubernetesResource, to: Field, kind: string): boolean {
  if (grant.namespace !== text(to.at("namespace"))) return false;
  const is = (field: Field, ...values: unknown[]): boolean =>
    field.peek === UNKNOWN || values.includes(field.peek);
  const [sources, targets] = [grant.fields.at("spec", "from"), grant.fields.at("spec", "to")];
  const isFrom =
    sources.peek === UNKNOWN ||
    sources
      .children()
      .some(
        (one) => is(one.at("kind"), from.type.kind) && is(one.at("namespace"), from.namespace ?? "default"),
      );
  const isTo =
    targets.peek === UNKNOWN ||
    targets
      .children()
      .some(
        (one) =>
          is(one.at("kind"), to.at("kind").peek ?? kind) &&
          is(one.at("name"), undefined, "", to.at("name").peek),
      );
  return isFrom && isTo;
}

function text(field: Field): string | undefined {
  return typeof field.peek === "string" ? field.peek : undefined;
}
