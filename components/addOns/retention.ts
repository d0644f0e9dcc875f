import { parseQuantity } from "../../catalog";
import type { ObservabilityPrometheusArgs } from "../observabilityArgs";

/** Prometheus' retention, in both charts' form. */
export interface Retention {
  readonly retention: string;
  /** Undefined without a volume. */
  readonly retentionSize?: string;
}

/**
 * Returns the retention. Error budgets cover 30 days, so samples are kept for one day more. The size of a month's
 * samples depends on the mesh, and a full volume stops Prometheus. So the oldest samples are deleted before that, with
 * room for new samples.
 *
 * @see https://prometheus.io/docs/prometheus/latest/storage/#right-sizing-retention-size
 */
export function retained({ retention = "31d", storage }: ObservabilityPrometheusArgs): Retention {
  if (storage === undefined) return { retention };
  const mebibytes = Math.floor((parseQuantity(storage) * 0.8) / 2 ** 20);
  return { retention, retentionSize: `${mebibytes}MiB` };
}
