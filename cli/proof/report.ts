import pc from "picocolors";
import type { CombinedProof, Proof, Verdict } from "../../prove";
import { print, remark, table } from "../output";
import type { ProvenFields } from "./fields";
import { type LocatedProof, overrideText } from "./places";

/** What `meshwright prove` reports. */
export interface ProofReport {
  readonly proofs: readonly LocatedProof[];
  readonly seconds: number;
  /** The most memory that a laboratory has used. Undefined without a laboratory. */
  readonly laboratoryBytes?: number;
  /** The fields that claims demand. Undefined unless they were looked for. */
  readonly fields?: ProvenFields;
}

/** The report for machines. */
export function reportJson({ proofs, ...rest }: ProofReport): string {
  return JSON.stringify({ ...rest, ...counts(proofs), proofs }, null, 2);
}

const colors: Record<Verdict, (text: string) => string> = {
  proven: pc.green,
  refuted: pc.red,
  "not provable here": pc.yellow,
};

function counts(proofs: readonly Proof[]) {
  const of = (verdict: Verdict): number => proofs.filter((proof) => proof.verdict === verdict).length;
  return {
    claims: proofs.length,
    proven: of("proven"),
    refuted: of("refuted"),
    notProvableHere: of("not provable here"),
    requests: proofs.reduce((sum, { requests }) => sum + requests, 0),
  };
}

/** The tiers whose verdict a claim has. */
function tiersWith(tiers: CombinedProof["tiers"], verdict: Verdict): string {
  const names = Object.entries(tiers).filter(([, own]) => own === verdict);
  return names.map(([name]) => name).join(", ");
}

/** Prints a table of the proofs, and why claims are refuted or open. */
export function printReport(report: ProofReport): void {
  const { proofs, fields } = report;
  const rows = proofs.map(({ verdict, claim, path, requests, tiers }) => [
    colors[verdict](verdict),
    claim,
    path,
    tiersWith(tiers, verdict),
    String(requests),
  ]);
  print(table(["VERDICT", "CLAIM", "CATALOG", "BY", "REQUESTS"], rows));
  proofs.forEach(({ verdict, path, claim, counterexample, reason, tiers, place }) => {
    if (counterexample !== undefined) {
      remark("");
      remark(`${pc.red("refuted:")} ${claim}`);
      remark(`  by:       ${tiersWith(tiers, verdict)}`);
      remark(`  catalog:  ${path}${place?.catalog === undefined ? "" : ` (${place.catalog})`}`);
      if (place?.override) remark(`  override: ${overrideText(place.override)}`);
      remark(`  request:  ${counterexample.request}`);
      remark(`  expected: ${counterexample.expected}`);
      remark(`  seen:     ${counterexample.seen}`);
    } else if (verdict === "not provable here") {
      remark(`not provable here: ${claim}: ${reason ?? ""}`);
    }
  });
  print();
  print(summary(report));
  if (fields) printFields(fields);
}

/** The counts of the verdicts, in one line. */
export function summary({ proofs, seconds, laboratoryBytes }: ProofReport): string {
  const { claims, proven, refuted, notProvableHere, requests } = counts(proofs);
  const share = claims === 0 ? 0 : Math.floor((100 * proven) / claims);
  const memory =
    laboratoryBytes === undefined
      ? ""
      : `, ${Math.round(laboratoryBytes / 1e6)} MB at most in the laboratory`;
  return `${proven} of ${claims} claims proven (${share} %), ${refuted} refuted, ${notProvableHere} not provable here; ${requests} requests, ${seconds} s${memory}`;
}

function printFields({ proven, open }: ProvenFields): void {
  const all = proven.length + open.length;
  const share = all === 0 ? 100 : Math.floor((100 * proven.length) / all);
  print(
    `${proven.length} of ${all} fields with an effect on requests are demanded by a claim of the model (${share} %)`,
  );
  open.forEach((place) => {
    remark(`no claim of the model demands ${place}`);
  });
}
