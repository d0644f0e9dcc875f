/** The catalog's alert thresholds, so that a value is red on a dashboard when its alert fires. */
import type { Mesh } from "../../catalog";
import { recorded } from "../rules/records";
import { byThreshold } from "../rules/scope";
import type { Query, Threshold } from "./definition";

/** Error ratio, from 0 to 1. */
export function errorRate({ alerts }: Mesh): Threshold {
  return { bad: "above", value: alerts.errorRate / 100 };
}

/** P99 latency, in milliseconds. */
export function latency({ alerts }: Mesh): Threshold {
  return { bad: "above", value: alerts.p99 };
}

/** Mutual TLS ratio, from 0 to 1. */
export function mtlsShare({ alerts }: Mesh): Threshold {
  return { bad: "below", value: alerts.mtlsShare / 100 };
}

/** Time left of a workload's certificate, in seconds. */
export function certificateLeft({ certificates: { lifetime, alertAt } }: Mesh): Threshold {
  return { bad: "below", value: Math.round((lifetime / 1000) * (alertAt / 100)) };
}

/** The threshold of the selected service as a line, because services may have their own. */
export function limitOf(mesh: Mesh, threshold: "errorRate" | "p99"): Query {
  const scale = threshold === "errorRate" ? 100 : 1;
  const lines = byThreshold(mesh, threshold).map(({ value, services }) => {
    const service = { ...services, destination_service_name: "$service" };
    return `0 * ${recorded("istio:service:requests:rate5m", mesh, service)} + ${value / scale}`;
  });
  return { expr: lines.join(" or "), legend: "limit" };
}
