import { X509Certificate } from "node:crypto";
import type { Problem } from "../problem";

const days = 86_400_000;

/** How many days before its end a certificate of a gateway is a problem. */
const warnDays = 14;

/**
 * What is wrong with the lifetime of a certificate in a Secret, or `unreadable`.
 *
 * @param title what it is, such as `CA certificate`.
 * @param which the certificate that counts: the `first`, which a server presents; the one that ends `earliest`, in a chain of
 *   which all are necessary; or `latest`, among CAs of which one suffices.
 * @param encoded PEM in base64, as a Secret's `data` has it.
 * @param expired what follows once it has expired.
 */
export function expiryProblem(
  culprit: string,
  title: string,
  which: "first" | "earliest" | "latest",
  encoded: string,
  expired: string,
  now: Date,
  { fix = "Renew it and update the Secret. The gateway loads it without a restart.", within = warnDays } = {},
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

function endOf(text: string, which: "first" | "earliest" | "latest"): Date | undefined {
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
