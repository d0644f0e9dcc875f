import { type GlobalRateLimit, type Mesh, sortedEntries } from "../catalog";
import { metadata, type Manifest } from "./object";
import { toYaml } from "./toYaml";

/** Name of the ConfigMap with the quotas that a rate limit service reads. */
export function quotasName(service: string): string {
  return `${service}-quotas`;
}

/**
 * The quotas of the mesh, in the format of Envoy's rate limit service, which reloads them when they change.
 *
 * @see https://github.com/envoyproxy/ratelimit#configuration
 */
export function configMaps(mesh: Mesh): Manifest[] {
  const { rateLimitService: counter } = mesh;
  if (!counter) return [];
  const limits = mesh.services.flatMap(({ globalRateLimits }) => globalRateLimits);
  const limited = mesh.services.filter(({ globalRateLimits }) => globalRateLimits.length > 0);
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: metadata(mesh, {
        name: quotasName(counter.service),
        namespace: counter.namespace,
        from: ["rateLimitService", ...limited.map(({ path }) => `${path}.globalRateLimits`)],
      }),
      data: { "config.yaml": toYaml({ domain: mesh.name, descriptors: limits.map(descriptor) }) },
    },
  ];
}

function descriptor({ name, requests, per, by }: GlobalRateLimit): object {
  const quota = (count: number): object => ({ rate_limit: { unit: per, requests_per_unit: count } });
  const limit = { key: "limit", value: name };
  if (by === undefined) return { ...limit, ...quota(requests) };
  // An entry without a value applies to every other value.
  if (by === "remoteAddress")
    return { ...limit, descriptors: [{ key: "remote_address", ...quota(requests) }] };
  const tenants = sortedEntries(by.tenants);
  return {
    ...limit,
    descriptors: [
      ...tenants.map(([tenant, own]) => ({ key: "tenant", value: tenant, ...quota(own) })),
      { key: "tenant", ...quota(requests) },
    ],
  };
}
