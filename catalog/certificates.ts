import { z } from "zod";
import { type Duration, durationSchema, milliseconds } from "./duration";
import type { Shape } from "./shape";

/**
 * Workload certificates: their lifetime, when proxies renew them, and when an alert fires because they were not
 * renewed. The three settings only work together.
 *
 * @see https://istio.io/latest/docs/reference/commands/pilot-agent/#envvars
 */
export interface CertificatesDefinition {
  /**
   * Lifetime of a certificate: what proxies request (`SECRET_TTL`), and the maximum that istiod signs
   * (`MAX_WORKLOAD_CERT_TTL`). Default: 24h.
   */
  readonly lifetime?: Duration;
  /**
   * Percentage of the lifetime that is left when a proxy renews the certificate (`SECRET_GRACE_PERIOD_RATIO`).
   * Default: 50.
   */
  readonly renewAt?: number;
  /**
   * Percentage of the lifetime that is left when `CertificateExpiringSoon` fires. It must be below `renewAt`; otherwise
   * the alert fires before each renewal. Default: half of `renewAt`.
   */
  readonly alertAt?: number;
}

/** Certificate settings with their defaults resolved. */
export interface Certificates {
  /** Milliseconds. */
  readonly lifetime: number;
  /** Percentage of the lifetime. */
  readonly renewAt: number;
  /** Percentage of the lifetime. */
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
