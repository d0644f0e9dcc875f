import { type Fields, has, listAt, numberAt, textAt } from "../field";
import { type Model, objectsOf } from "../model";
import type { KnownObject } from "../object";
import { gatewayGroup, referenceOf } from "./names";

/** A destination in the form of a VirtualService's. `invalid` if istiod drops all rules of the route for it. */
export type Destination = Fields | "invalid";

/** A destination that no proxy has a cluster for, so requests to it have the status 500. */
const none: Fields = {};

/**
 * Returns the destination that a backend stands for.
 *
 * @param granted whether references to other namespaces need a ReferenceGrant, as they do at a gateway.
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#backendobjectreference
 */
export function destinationOf(
  model: Model,
  route: KnownObject,
  backend: Fields,
  granted: boolean,
): Destination {
  const { namespace: own } = route;
  const { group, kind, namespace, name } = referenceOf(backend, {
    group: "",
    kind: "Service",
    namespace: own,
  });
  if (granted && namespace !== own && !isGranted(model, route, { group, kind, namespace, name })) return none;
  const port = numberAt(backend, "port");
  if (group === "" && kind === "Service") {
    if (name.includes(".") || port === undefined) return "invalid";
    return { host: `${name}.${namespace}.svc.${model.settings.clusterDomain}`, port: { number: port } };
  }
  if (group === "networking.istio.io" && kind === "Hostname") {
    if (has(backend, "namespace") || port === undefined) return "invalid";
    return { host: name, port: { number: port } };
  }
  return none;
}

/**
 * Whether a ReferenceGrant in the namespace of an object permits a reference to it.
 *
 * @see https://gateway-api.sigs.k8s.io/api-types/referencegrant/
 */
function isGranted(
  model: Model,
  from: KnownObject,
  to: { readonly group: string; readonly kind: string; readonly namespace: string; readonly name: string },
): boolean {
  return objectsOf(model, "ReferenceGrant", gatewayGroup).some(
    ({ namespace, spec }) =>
      namespace === to.namespace &&
      listAt(spec, "from").some(
        (one) =>
          textAt(one, "group") === from.group &&
          textAt(one, "kind") === from.kind &&
          textAt(one, "namespace") === from.namespace,
      ) &&
      listAt(spec, "to").some(
        (one) =>
          (textAt(one, "group") ?? "") === to.group &&
          textAt(one, "kind") === to.kind &&
          (textAt(one, "name") ?? to.name) === to.name,
      ),
  );
}

/** The backends with a weight above zero, with destinations in the form of a VirtualService's. */
export function weightedBackends(
  model: Model,
  route: KnownObject,
  rule: Fields,
  granted: boolean,
): { readonly backend: Fields; readonly destination: Destination; readonly weight: number }[] {
  return listAt(rule, "backendRefs")
    .map((backend) => ({ backend, weight: numberAt(backend, "weight") ?? 1 }))
    .filter(({ weight }) => weight !== 0)
    .map((one) => ({ ...one, destination: destinationOf(model, route, one.backend, granted) }));
}
