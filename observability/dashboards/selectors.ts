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

/** Answered with an error of the server, or not at all. */
export const failed = { response_code: /5..|0/ } as const;

/** Over mutual TLS. */
export const mutual = { connection_security_policy: "mutual_tls" } as const;

/** The callers' connections to the chosen services, by which Envoy limits and judges them. */
export const clusters = {
  cluster_name: /outbound[|].*[|]($service)[.]($namespace)[.]svc[.].*/,
} as const;
