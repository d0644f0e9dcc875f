import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Shape } from "./shape";

/**
 * The certificates by which the proxies prove who they are: how long they live, when they are renewed, and when
 * somebody must know that they weren't. One place for three settings that only work together.
 *
 * @see https://istio.io/latest/docs/reference/commands/pilot-agent/#envvars
 */
export interface CertificatesDefinition {
  /**
   * How long a certificate lives: what proxies ask for (`SECRET_TTL`) and what istiod signs at most
   * (`MAX_WORKLOAD_CERT_TTL`). Default: 24h.
   */
  readonly lifetime?: Duration;
  /** Percent of the lifetime that is left when a proxy renews it (`SECRET_GRACE_PERIOD_RATIO`). Default: 50. */
  readonly renewAt?: number;
  /**
   * Percent of the lifetime that is left when `CertificateExpiringSoon` fires. It must be below `renewAt`, else it
   * would fire before each renewal. Default: half of `renewAt`.
   */
  readonly alertAt?: number;
}

/** With its defaults resolved. */
export interface Certificates {
  /** Milliseconds. */
  readonly lifetime: number;
  /** Percent of the lifetime. */
  readonly renewAt: number;
  /** Percent of the lifetime. */
  readonly alertAt: number;
}

const percent = z.number().min(1).max(99);

export const certificatesSchema: z.ZodType<CertificatesDefinition> = z.strictObject({
  lifetime: durationSchema.optional(),
  renewAt: percent.optional(),
  alertAt: z.number().positive().max(99).optional(),
} satisfies Shape<CertificatesDefinition>);

export function normalizeCertificates({
  lifetime = "24h",
  renewAt = 50,
  alertAt = renewAt / 2,
}: CertificatesDefinition = {}): Certificates {
  return { lifetime: milliseconds(lifetime), renewAt, alertAt };
}
