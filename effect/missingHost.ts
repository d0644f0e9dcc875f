import { fieldsAt, listAt, textAt, textsAt } from "./field";
import { clusterHost, fullHost, overlap } from "./host";
import type { Model } from "./model";
import type { KnownObject } from "./object";

/** A host of the cluster that an object is for, and that no Service or ServiceEntry has. */
export interface MissingHost {
  /** The path of the host, such as `spec.hosts[0]`. */
  readonly path: string;
  /** The full host, such as `carts.shop.svc.cluster.local`. */
  readonly host: string;
  /** The name and namespace of the Service that would have the host. */
  readonly service: { readonly name: string; readonly namespace: string };
}

/**
 * Returns the missing hosts of an object. They are those of a VirtualService of the mesh or a DestinationRule, those
 * that a Sidecar imports, or those that rules of an AuthorizationPolicy match. Only hosts of the cluster are judged:
 * other hosts need no ServiceEntry at proxies that pass unknown hosts through.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService
 */
export function missingHosts(
  { services, settings: { clusterDomain } }: Model,
  { kind, group, namespace, spec }: KnownObject,
): MissingHost[] {
  if (group !== "networking.istio.io" && group !== "security.istio.io") return [];
  return namedBy(kind, spec).flatMap(([path, named]): MissingHost[] => {
    const [name = "", of = "", ...more] = named.split(".");
    // Clients inside of the cluster write the Host header of a rule in the form that DNS completes, too.
    const isShort =
      kind === "AuthorizationPolicy" && more.length === 0 && services.some((one) => one.namespace === of);
    const host = isShort ? `${name}.${of}.svc.${clusterDomain}` : fullHost(named, namespace, clusterDomain);
    const service = clusterHost(host, clusterDomain);
    return service === undefined || services.some((one) => one.host === host || overlap(one.host, host))
      ? []
      : [{ path, host, service }];
  });
}

function namedBy(kind: string, spec: unknown): [path: string, host: string][] {
  if (kind === "DestinationRule") return [["spec.host", textAt(spec, "host") ?? ""]];
  if (kind === "Sidecar") {
    return listAt(spec, "egress").flatMap((listener, i) =>
      textsAt(listener, "hosts").flatMap((entry, k): [string, string][] => {
        // An excluded host, such as `~/*`, and a wildcard import nothing that has to exist.
        const [namespace = "", host = ""] = entry.split("/");
        return namespace === "~" || host.includes("*") ? [] : [[`spec.egress[${i}].hosts[${k}]`, host]];
      }),
    );
  }
  if (kind === "AuthorizationPolicy") {
    return listAt(spec, "rules").flatMap((rule, i) =>
      listAt(rule, "to").flatMap((to, j) =>
        textsAt(fieldsAt(to, "operation"), "hosts").flatMap((host, k): [string, string][] => {
          const [name = ""] = host.split(":");
          // A short name is not completed here: it is the Host header of requests.
          return name.includes("*") || !name.includes(".")
            ? []
            : [[`spec.rules[${i}].to[${j}].operation.hosts[${k}]`, name]];
        }),
      ),
    );
  }
  const gateways = textsAt(spec, "gateways");
  // At gateways, a host is what clients name, and needs no Service.
  if (kind !== "VirtualService" || (gateways.length > 0 && !gateways.includes("mesh"))) return [];
  return textsAt(spec, "hosts").map((host, i) => [`spec.hosts[${i}]`, host]);
}
