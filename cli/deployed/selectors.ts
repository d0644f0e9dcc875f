import type { Labels } from "../../catalog";
import type { Manifest } from "../../mesh";
import type { Snapshot } from "../health/snapshot";
import type { Problem } from "../problem";
import { text } from "./affected";

/** Kubernetes refuses every change of a Deployment's or StatefulSet's selector. */
export function selectorChanges(objects: readonly Manifest[], workloads: Snapshot["workloads"]): Problem[] {
  return objects.flatMap((object): Problem[] => {
    const { kind, metadata } = object;
    if (kind !== "Deployment" && kind !== "StatefulSet") return [];
    const found = workloads.find(
      (one) =>
        one.kind === kind &&
        one.metadata?.name === metadata.name &&
        one.metadata.namespace === metadata.namespace,
    );
    const there = found?.spec?.selector.matchLabels;
    const wanted = (object.spec as { selector: { matchLabels: Labels } }).selector.matchLabels;
    if (!there || text(there) === text(wanted)) return [];
    const place = `${metadata.namespace ?? ""}/${metadata.name}`;
    return [
      {
        severity: "error",
        culprit: `${kind} ${place}`,
        problem: `Its selector is ${text(there)}, and the catalog's is ${text(wanted)}: Kubernetes refuses to change it.`,
        fix: `Keep the one that is there: set the service's selector and its versions' labels to it. Or let a new ${kind} take over the pods: kubectl delete ${kind.toLowerCase()} ${metadata.name} -n ${metadata.namespace ?? ""} --cascade=orphan`,
      },
    ];
  });
}
