import type { Proof, Tier, Verdict } from "./question";

/** A claim with the verdicts of all tiers that judged it. */
export interface CombinedProof extends Proof {
  readonly tiers: Readonly<Partial<Record<Tier, Verdict>>>;
}

/**
 * Combines the proofs of several tiers. A claim is refuted if one of them refutes it, and proven if one proves it and
 * none refutes it. Details are those of the last tier with that verdict.
 */
export function combine(proofs: Readonly<Partial<Record<Tier, readonly Proof[]>>>): CombinedProof[] {
  const combined = new Map<string, CombinedProof>();
  for (const [tier, own = []] of Object.entries(proofs) as [Tier, readonly Proof[] | undefined][]) {
    for (const proof of own) {
      const key = `${proof.path}\n${proof.claim}`;
      const before = combined.get(key);
      const tiers = { ...before?.tiers, [tier]: proof.verdict };
      const decides = before === undefined || weight[proof.verdict] >= weight[before.verdict];
      combined.set(key, { ...(decides ? proof : before), tiers });
    }
  }
  return [...combined.values()];
}

const weight: Readonly<Record<Verdict, number>> = { "not provable here": 0, proven: 1, refuted: 2 };
