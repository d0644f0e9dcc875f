import type { Manifest } from "../../mesh";
import type { Drift } from "../drift/read";
import type { ObjectDrift } from "../drift/objects";
import type { Problem } from "../problem";
import { idOf, type PendingOperation, type StateResource } from "../../program/stackState";

/** What of a stack's last deployment is missing or has been changed in the cluster. */
export function driftProblems({ objects, releases }: Drift, fix: string): Problem[] {
  return [
    ...objects.map((one) => objectProblem(one, fix)),
    ...releases.map(({ namespace, name, detail }) => ({
      severity: "error" as const,
      culprit: `Helm release ${namespace}/${name}`,
      problem: `It ${detail}.`,
      fix,
    })),
  ];
}

function objectProblem({ key, difference, fields }: ObjectDrift, fix: string): Problem {
  return {
    severity: "error",
    culprit: `${key.kind} ${idOf(key)}`,
    problem:
      difference === "missing"
        ? "It does not exist, although it should."
        : fields.length === 0
          ? "Another tool has written to it since it was deployed."
          : `It differs from what should be there: ${fields.join(", ")}.`,
    fix,
  };
}

/** Operations that a stack's last run has begun and not ended. */
export function pendingProblems(pending: readonly PendingOperation[], fix: string): Problem[] {
  return pending.map(({ type, resource }) => ({
    severity: "error",
    culprit: resource.urn.split("::").at(-1) ?? resource.urn,
    problem: `The last run ended while it was ${type} this resource, or is still at work.`,
    fix,
  }));
}

/** The objects that a catalog renders to, in the form of a stack's state. */
export function asResources(objects: readonly Manifest[]): StateResource[] {
  return objects.map((object) => ({
    urn: "",
    type: `kubernetes:${object.apiVersion}:${object.kind}`,
    inputs: { ...object },
    outputs: { ...object },
  }));
}
