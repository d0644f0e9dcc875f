import { listAt, numberAt, textAt, textsAt } from "../field";
import { isWithin, overlap } from "../host";
import { type Model, objectsOf } from "../model";
import type { KnownObject } from "../object";
import { type Listener, listenersOf } from "./listener";
import { gatewayGroup, referenceOf } from "./names";

/** Where a route is attached: to a listener of a Gateway, or to a service, for the clients of the mesh. */
export type Parent =
  | { readonly listener: Listener; readonly hosts: readonly string[] }
  | { readonly hosts: readonly string[]; readonly port?: number };

/**
 * Returns where a route is attached, with the hosts that it routes there.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#parentreference
 */
export function parentsOf(model: Model, route: KnownObject): Parent[] {
  const { spec, namespace } = route;
  const hostnames = textsAt(spec, "hostnames").map((one) => one.toLowerCase());
  const hosts = hostnames.length > 0 ? hostnames : ["*"];
  return listAt(spec, "parentRefs").flatMap((ref): Parent[] => {
    const { group, kind, ...of } = referenceOf(ref, { group: gatewayGroup, kind: "Gateway", namespace });
    const port = numberAt(ref, "port");
    if (
      (group === "" && kind === "Service") ||
      (group === "networking.istio.io" && kind === "ServiceEntry")
    ) {
      const found = objectsOf(model, kind, group).find(
        (one) => one.namespace === of.namespace && one.name === of.name,
      );
      if (!found) return [];
      const service = `${of.name}.${of.namespace}.svc.${model.settings.clusterDomain}`;
      const own = kind === "Service" ? [service] : textsAt(found.spec, "hosts");
      return [{ hosts: own, ...(port !== undefined && { port }) }];
    }
    if (group !== gatewayGroup || kind !== "Gateway") return [];
    const section = textAt(ref, "sectionName") ?? "";
    const all = listenersOf(model).filter(
      ({ from }) => from.namespace === of.namespace && from.name === of.name,
    );
    return all
      .filter(
        (listener) =>
          (port === undefined || port === listener.port) &&
          (section === "" || section === listener.section) &&
          hosts.some((host) => overlap(host, listener.hostname || "*")) &&
          (listener.namespaces.includes("*") || listener.namespaces.includes(namespace)) &&
          listener.kinds.includes(route.kind),
      )
      .map((listener) => ({ listener, hosts: hosts.filter((host) => isOwn(host, listener, all)) }));
  });
}

/** Whether a host is served by a listener, and not by one of the same Gateway with a more specific host. */
function isOwn(host: string, listener: Listener, all: readonly Listener[]): boolean {
  const own = listener.hostname;
  if (own !== "" && !own.startsWith("*")) return true;
  if (own !== "" && !overlap(host, own)) return false;
  return !all.some(
    (other) =>
      other !== listener &&
      other.port === listener.port &&
      other.protocol === listener.protocol &&
      other.hostname !== own &&
      own.length <= other.hostname.length &&
      isWithin(host, other.hostname),
  );
}
