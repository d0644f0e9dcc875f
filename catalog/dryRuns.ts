import type { Mesh } from "./mesh";
import type { Service } from "./service";

/** Whether a dry run of AuthorizationPolicies applies to a service: of all its rules, or of single calls to it. */
export function isDryRun({ authorization, incoming }: Pick<Service, "authorization" | "incoming">): boolean {
  return authorization === "dryRun" || incoming.some(({ dryRun }) => dryRun !== undefined);
}

/** Whether the catalog has a dry run of AuthorizationPolicies. */
export function hasDryRuns({ authorization, services }: Pick<Mesh, "authorization" | "services">): boolean {
  return authorization === "dryRun" || services.some(isDryRun);
}
