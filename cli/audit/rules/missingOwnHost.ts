import { missingHosts, objectsOf } from "../../../effect";
import { amongObjects, isListed } from "../audited";
import { listed } from "../finding";
import type { AuditRule } from "../rule";
import { documents, routes, service } from "./examples";

/** Kinds whose objects name hosts of the cluster, with their groups. */
const kinds = [
  ["VirtualService", "networking.istio.io"],
  ["DestinationRule", "networking.istio.io"],
  ["Sidecar", "networking.istio.io"],
  ["AuthorizationPolicy", "security.istio.io"],
] as const;

export const missingOwnHost: AuditRule = {
  code: "MW335",
  severity: "error",
  title: "an object of a host that does not exist",
  why: [
    "Proxies apply a VirtualService or DestinationRule to the Service or ServiceEntry with its host.",
    "If there is none, its timeouts, weights, fault injection and TLS settings have no effect, and Istio reports nothing.",
    "The same is true of a host that a Sidecar imports, or that a rule of an AuthorizationPolicy matches.",
    "A short name is a Service of the object's own namespace. Istio does not complete a name with a dot.",
  ],
  see: {
    title: "VirtualService",
    url: "https://istio.io/latest/docs/reference/config/networking/virtual-service/#VirtualService",
  },
  ignore:
    "clients send the host in the `Host` header of requests to port 80 of another service: proxies match it there.",
  examples: {
    wrong: documents(
      service("reviews"),
      routes("timeout: 2s, route: [{ destination: { host: reviews } }]").replace(
        "hosts: [reviews]",
        "hosts: [review]",
      ),
    ),
    right: documents(service("reviews"), routes("timeout: 2s, route: [{ destination: { host: reviews } }]")),
  },
  *find(audited) {
    const { model } = audited;
    for (const [kind, group] of kinds) {
      for (const object of objectsOf(model, kind, group)) {
        for (const { path, host, service: missing } of missingHosts(model, object)) {
          const { name, namespace } = missing;
          if (!isListed(audited, "Service", "", namespace)) {
            yield {
              object,
              unknown: `Services of the namespace ${namespace} may be missing among the objects, so ${kind}s of its hosts are not judged.`,
            };
            continue;
          }
          const others = model.services.filter((one) => one.namespace === namespace);
          const hosts = [...new Set(others.map((one) => one.host))].sort();
          yield {
            object,
            path,
            message: `No Service and no ServiceEntry${amongObjects(audited)} has the host ${host}, so the ${kind} has no effect ${kind === "AuthorizationPolicy" ? "by this host" : "on requests to it"}.`,
            fix: `${hosts.length === 0 ? "Correct the name" : `Name one of ${listed(hosts)}`}, or add the Service ${namespace}/${name}`,
          };
        }
      }
    }
  },
};
