import { canonicalNames, type Mesh } from "../../catalog";
import { anyOf, ofMesh } from "../rules/scope";
import type { DerivedVariable } from "./definition";

/**
 * Selectors of the dashboards. `$namespace` and `$service` are their variables. Grafana replaces them with the
 * selection, several values as a pattern.
 */

/**
 * Requests to the platform's services, as reported by their callers' proxies. Only they report requests that never
 * arrived.
 */
export const asCalled = { reporter: "source", destination_service_namespace: /$namespace/ } as const;

/** Requests as reported by the services' own proxies. Only they report requests of callers without a proxy. */
export const asServed = { reporter: "destination", destination_service_namespace: /$namespace/ } as const;

/**
 * Requests to one service, as reported by its callers' proxies. Other platforms may have a service with the same name.
 */
export function incoming(mesh: Mesh) {
  return { reporter: "source", destination_service_name: "$service", ...ofMesh(mesh) } as const;
}

/** Requests to one service, as reported by its own proxies. */
export function served(mesh: Mesh) {
  return { reporter: "destination", destination_service_name: "$service", ...ofMesh(mesh) } as const;
}

/**
 * Requests of one service to others, as reported by its own proxies. Istio's metrics have the canonical name of the
 * source and not the name of its Service, so `$canonical` replaces `$service` if the two differ.
 */
export function outgoing(mesh: Mesh) {
  return {
    reporter: "source",
    source_canonical_service: canonical(mesh).length > 0 ? /$canonical/ : "$service",
    source_workload_namespace: anyOf(mesh.namespaces),
  } as const;
}

/**
 * The variable `$canonical`: a pattern of the canonical names of `$service`. Empty if every service's canonical name is
 * its own name. PromQL maps the name, because Grafana's variables cannot.
 */
export function canonical({ services }: Mesh): readonly DerivedVariable[] {
  const others = services
    .map((service) => ({ name: service.name, pattern: canonicalNames(service).join("|") }))
    .filter(({ name, pattern }) => pattern !== name);
  if (others.length === 0) return [];
  // Each service is looked up by its own name, in a label that the replacements don't change.
  const named =
    'label_replace(label_replace(vector(1), "service", "$service", "", ""), "canonical", "$service", "", "")';
  const expr = others.reduce(
    (inner, { name, pattern }) =>
      `label_replace(${inner}, "canonical", ${JSON.stringify(pattern)}, "service", ${JSON.stringify(name)})`,
    named,
  );
  return [{ name: "canonical", expr, label: "canonical" }];
}

/** The callers' connections to the selected services, to which Envoy applies limits and outlier detection. */
export const clusters = {
  cluster_name: /outbound[|].*[|]($service)[.]($namespace)[.]svc[.].*/,
} as const;
