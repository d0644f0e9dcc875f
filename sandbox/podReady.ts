import type { V1Pod } from "@kubernetes/client-node";

/** Whether a pod's condition `Ready` is true. A terminating pod can still have it. */
export function isMarkedReady({ status }: V1Pod): boolean {
  return (status?.conditions ?? []).some((one) => one.type === "Ready" && one.status === "True");
}
