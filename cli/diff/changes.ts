import {
  accessByClient,
  decisionText,
  type Difference,
  difference,
  mayCall,
  type ObjectName,
  requestText,
  sentText,
} from "../../effect";
import { fromOf, type Side } from "../side";
import { type Verdict, verdictOf, verdicts } from "./verdict";

/** One change of what the mesh does. */
export interface Change {
  readonly verdict: Verdict;
  /** The workload that receives the request, or sends it, as `<namespace>/<name>`. */
  readonly workload: string;
  /** A request that shows the change. */
  readonly request?: string;
  readonly before?: string;
  readonly after?: string;
  /** False if an object that the comparison does not read can decide otherwise. */
  readonly isSure: boolean;
  /** The objects that decide now. */
  readonly objects: readonly string[];
  /** The paths of the catalog that these objects come from. */
  readonly from: readonly string[];
}

/** Compares what two sides do: access, mutual TLS, proxies, routes and egress. Equal sides have no change. */
export function changesBetween(old: Side, now: Side): Change[] {
  const known = difference(old.model, now.model).flatMap((one) =>
    one.kind === "access gained" || one.kind === "access lost"
      ? accessChanges(old, now, one)
      : [changeOf(now, one)],
  );
  const changes = [...known, ...onlyIn(now, old, "added"), ...onlyIn(old, now, "removed")];
  const rank = ({ verdict }: Change): number => verdicts.indexOf(verdict);
  return changes.toSorted(
    (one, other) => rank(one) - rank(other) || (one.workload < other.workload ? -1 : 1),
  );
}

function changeOf(side: Side, one: Difference): Change {
  const { workload, witness, sent, before, after, sure, by } = one;
  const request = sent ? sentText(sent) : witness && requestText(witness);
  return {
    verdict: verdictOf(one),
    workload: `${workload.namespace}/${workload.name}`,
    ...(request !== undefined && { request }),
    before,
    after,
    isSure: sure,
    objects: by.map(nameOf),
    from: [...new Set(by.flatMap((object) => fromOf(side.objects, object)))],
  };
}

/** A change for each client that gains or loses requests, instead of one for all. */
function accessChanges(old: Side, now: Side, one: Difference): Change[] {
  const { namespace, name } = one.workload;
  const before = old.model.workloads.find((other) => other.namespace === namespace && other.name === name);
  if (before === undefined) return [changeOf(now, one)];
  return accessByClient(old.model, before, now.model, one.workload)
    .filter(({ kind }) => kind === one.kind)
    .map(({ kind, sure, witness }) => {
      const [was, is] = [mayCall(old.model, before, witness), mayCall(now.model, one.workload, witness)];
      // What was allowed is lost by what allowed it.
      const [side, decision] = kind === "access gained" ? [now, is] : [old, was];
      const by = decision.by ? [decision.by] : [];
      const texts = { before: decisionText(was), after: decisionText(is) };
      return changeOf(side, { kind, workload: one.workload, sure, witness, by, ...texts });
    });
}

/** The number of changes of each verdict, without those that have none. */
export function countsOf(changes: readonly Change[]): Map<Verdict, number> {
  const counts = verdicts.map((verdict): [Verdict, number] => [
    verdict,
    changes.filter((change) => change.verdict === verdict).length,
  ]);
  return new Map(counts.filter(([, count]) => count > 0));
}

function onlyIn(side: Side, other: Side, verdict: "added" | "removed"): Change[] {
  const names = ({ model }: Side): Set<string> =>
    new Set(model.workloads.map(({ namespace, name }) => `${namespace}/${name}`));
  const known = names(other);
  return [...names(side)]
    .filter((workload) => !known.has(workload))
    .map((workload) => ({ verdict, workload, isSure: true, objects: [], from: [] }));
}

function nameOf({ kind, namespace, name }: ObjectName): string {
  return `${kind}/${namespace === "" ? "" : `${namespace}/`}${name}`;
}
