import type { Alerts, Mesh } from "../../catalog";
import { type Matcher, oneOf } from "../promql";

/** Matches calls of the mesh's own services, because other platforms may share Istio and Prometheus. */
export function ofMesh({ namespaces }: Mesh): { readonly destination_service_namespace: Matcher } {
  return { destination_service_namespace: anyOf(namespaces) };
}

/**
 * Matches Envoy's statistics of connections to the mesh's own services. Clusters are named `outbound|port|subset|host`.
 */
export function clustersOf({ namespaces, externalServices }: Mesh): { readonly cluster_name: Matcher } {
  const own = `.*\\.(${oneOf(namespaces).source})\\.svc\\..*`;
  const hosts = [own, ...externalServices.map(({ host }) => oneOf([host]).source)].join("|");
  return { cluster_name: new RegExp(`outbound\\|.*\\|(${hosts})`) };
}

/** Groups services by their threshold. Most use the mesh's threshold; only the others are listed. */
export function byThreshold(
  { services, alerts }: Mesh,
  threshold: keyof Alerts,
): { readonly value: number; readonly services: { readonly destination_service?: Matcher } }[] {
  const own = services.filter((service) => service.alerts[threshold] !== alerts[threshold]);
  const values = [...new Set(own.map((service) => service.alerts[threshold]))].sort((a, b) => a - b);
  const hosts = own.map(({ host }) => host);
  return [
    {
      value: alerts[threshold],
      services: hosts.length === 0 ? {} : { destination_service: { not: oneOf(hosts) } },
    },
    ...values.map((value) => ({
      value,
      services: {
        destination_service: anyOf(
          own.filter((service) => service.alerts[threshold] === value).map(({ host }) => host),
        ),
      },
    })),
  ];
}

/** Matches any of these values. */
export function anyOf(values: readonly string[]): Matcher {
  const [first = "", ...others] = values;
  return others.length === 0 ? first : oneOf(values);
}
