import { X509Certificate } from "node:crypto";
import type { Problem } from "../problem";

const days = 86_400_000;

/** A certificate in a Secret, and what to say of it. */
export interface JudgedCertificate {
  readonly culprit: string;
  /** What it is, such as `CA certificate`. */
  readonly title: string;
  /**
   * Which certificate of several counts. `first` is the one that a server presents. `earliest` is for a chain, of which
   * all are necessary. `latest` is for CAs, of which one suffices.
   */
  readonly which: "first" | "earliest" | "latest";
  /** What follows once it has expired. */
  readonly expired: string;
  /** Default: to renew it. */
  readonly fix?: string;
  /** How many days before its end it is a problem. Default: 14. */
  readonly within?: number;
}

/**
 * What is wrong with the lifetime of a certificate, or `unreadable`.
 *
 * @param encoded PEM in base64, as a Secret's `data` has it.
 */
export function expiryProblem(
  encoded: string,
  {
    culprit,
    title,
    which,
    expired,
    fix = "Renew it and update the Secret. The gateway loads it without a restart.",
    within = 14,
  }: JudgedCertificate,
  now: Date,
): Problem[] | "unreadable" {
  const end = endOf(Buffer.from(encoded, "base64").toString("utf8"), which);
  if (end === undefined) return "unreadable";
  const left = Math.floor((end.getTime() - now.getTime()) / days);
  if (left > within) return [];
  const day = end.toISOString().slice(0, 10);
  return [
    {
      severity: left < 0 ? "error" : "warning",
      culprit,
      problem:
        left < 0
          ? `Its ${title} expired on ${day}, ${expired}.`
          : `Its ${title} expires on ${day}, in ${daysText(left)}.`,
      fix,
    },
  ];
}

function daysText(left: number): string {
  return left === 0 ? "less than a day" : left === 1 ? "1 day" : `${left} days`;
}

function endOf(text: string, which: JudgedCertificate["which"]): Date | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  try {
    const [first, ...more] = blocks.map((block) => Date.parse(new X509Certificate(block).validTo));
    if (first === undefined) return undefined;
    if (which === "first") return new Date(first);
    return new Date(which === "earliest" ? Math.min(first, ...more) : Math.max(first, ...more));
  } catch {
    return undefined;
  }
}
