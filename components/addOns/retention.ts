import { parseQuantity } from "../../catalog";
import type { ObservabilityPrometheusArgs } from "../observabilityArgs";

/** What Prometheus keeps, in both charts' words. */
export interface Retention {
  readonly retention: string;
  /** Missing where there is no volume. */
  readonly retentionSize?: string;
}

/**
 * Error budgets look back 30 days, so samples are kept for a day more. What a month takes hangs on the mesh; a volume
 * that is full stops Prometheus, so the oldest samples go before, with room left for what is being written.
 *
 * @see https://prometheus.io/docs/prometheus/latest/storage/#right-sizing-retention-size
 */
export function retained({ retention = "31d", storage }: ObservabilityPrometheusArgs): Retention {
  if (storage === undefined) return { retention };
  const mebibytes = Math.floor((parseQuantity(storage) * 0.8) / 2 ** 20);
  return { retention, retentionSize: `${mebibytes}MiB` };
}
