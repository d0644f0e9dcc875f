import type { ServiceDefinition } from "../catalog";

/** The paths, below a service, of its limits that identify tenants by a claim. */
export function tenantClaims({ rateLimit, globalRateLimits = {} }: ServiceDefinition): string[][] {
  return [
    ...(rateLimit?.quota?.claim === undefined ? [] : [["rateLimit", "quota"]]),
    ...Object.entries(globalRateLimits).flatMap(([name, { by }]) =>
      typeof by === "object" && by.claim !== undefined ? [["globalRateLimits", name, "by"]] : [],
    ),
  ];
}
