import { expect } from "chai";
import { formatPath, parsePath } from "../../../catalog";
import { rules } from "../../../checks";
import { checkMesh } from "../../../mesh";
import { faultsOfFinding } from "../wholeText";
import { catalogs } from "./catalogs";
import { mutated, type Mutant, type Mutation } from "./mutation";

/** What a mutation came to, over all platforms. */
interface Outcome {
  /** Mutants that were made, not counting those whose finding a platform accepts. */
  readonly made: number;
  /** What went otherwise than expected, in words. */
  readonly missed: string[];
  /** Codes of other findings that followed. */
  readonly followed: string[];
}

const codes = new Set<string>(rules.map(({ code }) => code));

/** Declares a test for each mistake: it is found at its place, and nothing else but what its `also` names. */
export function itFinds(mutations: readonly Mutation[]): void {
  // Some mistakes are written down before their rule is there.
  for (const mutation of mutations.filter(({ code }) => codes.has(code))) {
    it(`${mutation.code}, ${mutation.mistake}`, () => {
      const { made, missed, followed } = outcomeOf(mutation);
      const known = new Set<string>(mutation.also);
      expect(missed.slice(0, 10)).to.deep.equal([]);
      expect(made, "no platform has a place for this mistake").to.be.greaterThan(0);
      const unexpected = followed.filter((code) => !known.has(code));
      expect(unexpected, "these findings follow from it, and its `also` doesn't name them").to.deep.equal([]);
    });
  }
}

/** As many mutants as a catalog gets of one mistake. Its other places are alike. `MUTANTS=1000` makes all of them. */
const most = Number(process.env.MUTANTS ?? "4");

/** At most {@link most} mutants, evenly spread over all of them, the first and the last included. */
function spread(mutants: readonly Mutant[]): Mutant[] {
  const step = Math.max(1, (mutants.length - 1) / (most - 1));
  const chosen = new Set(mutants.map((_, i) => Math.round(i * step)));
  return mutants.filter((_, i) => chosen.has(i));
}

function outcomeOf({ code, mutants }: Mutation): Outcome {
  let made = 0;
  const missed: string[] = [];
  const followed = new Set<string>();
  // What several stacks of a platform have in common is changed in one of them.
  const tried = new Set<string>();
  for (const { platform, title, catalog } of catalogs) {
    for (const mutant of spread([...mutants(catalog)])) {
      const key = JSON.stringify([platform, mutant]);
      if (tried.has(key)) continue;
      tried.add(key);
      const at = formatPath(mutant.at);
      const changed = mutated(catalog, mutant);
      const { findings } = checkMesh(changed);
      const found = findings.some((one) => one.code === code && one.path === at);
      const accepted = isAccepted(changed, code, at);
      if (!accepted) made++;
      missed.push(...findings.flatMap((one) => faultsOfFinding(one, changed)));
      const others = findings.filter((one) => one.code !== code || one.path !== at);
      for (const other of others) followed.add(other.code);
      if (found === accepted) {
        const changes = mutant.changes.map(
          ([place, value]) => `${formatPath(place)} = ${JSON.stringify(value)}`,
        );
        const said = findings.map((one) => `${one.code} ${one.path}`).join(", ");
        missed.push(`${title}, ${changes.join(", ")}: expected ${at}, found ${said || "nothing"}`);
      }
    }
  }
  return { made, missed, followed: [...followed].sort() };
}

/** Whether a catalog accepts the finding: its suppressions are as good as the checks of what they suppress. */
function isAccepted(catalog: unknown, code: string, at: string): boolean {
  const { suppressions } = catalog as { suppressions?: unknown };
  if (!Array.isArray(suppressions)) return false;
  return (suppressions as (Record<string, unknown> | null)[]).some((one) => {
    if (one?.code !== code || typeof one.path !== "string") return false;
    return parsePath(one.path).every((key, i) => parsePath(at)[i] === key);
  });
}
