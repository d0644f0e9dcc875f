/** The catalog's own thresholds of alerts, so that what is red on a dashboard is what wakes somebody. */
import type { Mesh } from "../../catalog";
import type { Threshold } from "./definition";

/** A share of the requests, of 1. */
export function errorRate({ alerts }: Mesh): Threshold {
  return { bad: "above", value: alerts.errorRate / 100 };
}

/** Of 99 of 100 requests, in milliseconds. */
export function latency({ alerts }: Mesh): Threshold {
  return { bad: "above", value: alerts.p99 };
}

/** A share of the requests, of 1. */
export function mtlsShare({ alerts }: Mesh): Threshold {
  return { bad: "below", value: alerts.mtlsShare / 100 };
}

/** Time left of a workload's certificate, in seconds. */
export function certificateLeft({ certificates: { lifetime, alertAt } }: Mesh): Threshold {
  return { bad: "below", value: Math.round((lifetime / 1000) * (alertAt / 100)) };
}
