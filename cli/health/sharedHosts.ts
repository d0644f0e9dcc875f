import { type HostedObject, sharedHosts as findSharedHosts, sharedHostText } from "../../mesh/sharedHosts";
import type { CustomObject } from "../apiClient";
import type { Problem } from "../problem";

/** Hosts that two catalogs serve at one gateway, or declare in one namespace. */
export function sharedHosts(objects: readonly CustomObject[]): Problem[] {
  return findSharedHosts(objects as readonly HostedObject[]).map((shared) => ({
    severity: "error",
    culprit: shared.second.title,
    problem: sharedHostText(shared),
    fix: "Leave the host to one of the catalogs, and deploy the other again: pulumi up",
  }));
}
