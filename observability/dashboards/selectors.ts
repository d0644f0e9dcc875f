import type { Mesh } from "../../catalog";
import { anyOf, ofMesh } from "../rules/scope";

/**
 * Whom the dashboards look at. `$namespace` and `$service` are their variables: Grafana puts what is chosen in their
 * place, several values as a pattern.
 */

/**
 * The requests to the platform's services, as their callers' proxies saw them: only they know of those that never
 * arrived.
 */
export const asCalled = { reporter: "source", destination_service_namespace: /$namespace/ } as const;

/** The requests as the services' own proxies saw them: only they know of callers without a proxy. */
export const asServed = { reporter: "destination", destination_service_namespace: /$namespace/ } as const;

/** The requests to one service, as its callers' proxies saw them. Other platforms may have one of the same name. */
export function incoming(mesh: Mesh) {
  return { reporter: "source", destination_service_name: "$service", ...ofMesh(mesh) } as const;
}

/** The same as its own proxies saw them. */
export function served(mesh: Mesh) {
  return { reporter: "destination", destination_service_name: "$service", ...ofMesh(mesh) } as const;
}

/** The requests of one service to others, as its own proxies saw them. */
export function outgoing({ namespaces }: Mesh) {
  return {
    reporter: "source",
    source_canonical_service: "$service",
    source_workload_namespace: anyOf(namespaces),
  } as const;
}

/** The callers' connections to the chosen services, by which Envoy limits and judges them. */
export const clusters = {
  cluster_name: /outbound[|].*[|]($service)[.]($namespace)[.]svc[.].*/,
} as const;
