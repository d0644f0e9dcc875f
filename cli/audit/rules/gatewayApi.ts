import { type KnownObject, type Model, objectsOf } from "../../../effect";
import { type Fields, fieldsAt, listAt, numberAt, textAt } from "../../../effect/field";
import { implementationOf } from "../../../effect/gatewayApi/gatewayClass";
import { gatewayGroup, referenceOf } from "../../../effect/gatewayApi/names";
import { parentsOf } from "../../../effect/gatewayApi/parent";
import { amongObjects, type Audited, isListed } from "../audited";
import type { AuditRule, RuleFinding } from "../rule";
import { apiGateway, documents, httpRoute } from "./examples";
import type { PlacedDestination } from "./placedDestination";

/** Returns the routes of the Gateway API that Istio implements. */
export function gatewayApiRoutes(model: Model): KnownObject[] {
  return ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"].flatMap((kind) =>
    objectsOf(model, kind, gatewayGroup),
  );
}

/** Returns the Services that a route of the Gateway API names as backends, if Istio implements the route. */
export function backendsIn(route: KnownObject, model: Model): PlacedDestination[] {
  if (parentsOf(model, route).length === 0) return [];
  return listAt(route.spec, "rules").flatMap((rule, i) =>
    listAt(rule, "backendRefs").flatMap((backend, j): PlacedDestination[] => {
      const { group, kind, namespace, name } = referenceOf(backend, {
        group: "",
        kind: "Service",
        namespace: route.namespace,
      });
      if (group !== "" || kind !== "Service") return [];
      return [
        {
          path: `spec.rules[${i}].backendRefs[${j}]`,
          host: `${name}.${namespace}.svc.${model.settings.clusterDomain}`,
          fields: { port: { number: numberAt(backend, "port") } },
          backend: true,
        },
      ];
    }),
  );
}

export const detachedRoute: AuditRule = {
  code: "MW940",
  severity: "error",
  title: "a route of the Gateway API that no listener and no service admits",
  why: [
    "Istio ignores a route whose parent does not exist.",
    "A listener admits routes of its own namespace and of its host only, unless it says otherwise.",
  ],
  see: { title: "ParentReference", url: "https://gateway-api.sigs.k8s.io/reference/spec/#parentreference" },
  examples: {
    wrong: documents(
      apiGateway,
      httpRoute("parentRefs: [{ name: public }]\nhostnames: [shop.example.org]\nrules: []"),
    ),
    right: documents(
      apiGateway,
      httpRoute("parentRefs: [{ name: public }]\nhostnames: [shop.example.com]\nrules: []"),
    ),
  },
  *find(audited) {
    for (const route of gatewayApiRoutes(audited.model)) {
      for (const [i, ref] of listAt(route.spec, "parentRefs").entries()) {
        yield* judgeParent(audited, route, ref, `spec.parentRefs[${i}]`);
      }
    }
  },
};

function* judgeParent(
  audited: Audited,
  route: KnownObject,
  ref: Fields,
  path: string,
): Iterable<RuleFinding> {
  const { model } = audited;
  const only = { ...route, spec: { ...fieldsAt({ spec: route.spec }, "spec"), parentRefs: [ref] } };
  if (parentsOf(model, only).length > 0) return;
  const { group, kind, namespace, name } = referenceOf(ref, {
    group: gatewayGroup,
    kind: "Gateway",
    namespace: route.namespace,
  });
  const found = objectsOf(model, kind, group).find((one) => one.namespace === namespace && one.name === name);
  const isParent = ["Gateway", "Service", "ServiceEntry"].includes(kind);
  if (!found) {
    if (!isParent || !isListed(audited, kind, group, namespace)) return;
    yield {
      object: route,
      path: `${path}.name`,
      message: `No ${kind} ${namespace}/${name} is${amongObjects(audited) || " there"}, so the route has no effect.`,
      fix: "Correct the name or the namespace",
    };
    return;
  }
  const classes = objectsOf(model, "GatewayClass", gatewayGroup);
  if (kind !== "Gateway" || implementationOf(classes, found) !== "gateway") return;
  const section = textAt(ref, "sectionName");
  const missing =
    section !== undefined && !listAt(found.spec, "listeners").some((one) => textAt(one, "name") === section);
  yield {
    object: route,
    path: missing ? `${path}.sectionName` : path,
    message: missing
      ? `The Gateway ${namespace}/${name} has no listener ${section}, so the route has no effect.`
      : `No listener of the Gateway ${namespace}/${name} admits the route's namespace, kind, port and hostnames, so the route has no effect there.`,
    fix: missing
      ? "Name one of its listeners"
      : "Correct the route's hostnames, or the listener's hostname and allowedRoutes",
  };
}
