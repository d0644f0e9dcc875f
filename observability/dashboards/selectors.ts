import { canonicalNames, type Mesh } from "../../catalog";
import { anyOf, ofMesh } from "../rules/scope";
import type { DerivedVariable } from "./definition";

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

/**
 * The requests of one service to others, as its own proxies saw them. Istio's metrics have the canonical name of the
 * source and no name of its Service, so `$canonical` replaces `$service` where the two differ.
 */
export function outgoing(mesh: Mesh) {
  return {
    reporter: "source",
    source_canonical_service: canonical(mesh).length > 0 ? /$canonical/ : "$service",
    source_workload_namespace: anyOf(mesh.namespaces),
  } as const;
}

/**
 * `$canonical`: a pattern of the canonical names of `$service`. None where every service's canonical name is its own
 * name. PromQL maps the name, because Grafana's variables cannot.
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

/** The callers' connections to the chosen services, by which Envoy limits and judges them. */
export const clusters = {
  cluster_name: /outbound[|].*[|]($service)[.]($namespace)[.]svc[.].*/,
} as const;
