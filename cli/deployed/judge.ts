import type { CheckedMesh } from "../../checks";
import type { Manifest } from "../../mesh";
import type { Snapshot } from "../health/snapshot";
import type { Problem } from "../problem";
import { podProblems } from "./pods";
import { portProblems } from "./ports";
import { selectorProblems } from "./selectors";

/**
 * Compares what runs on a cluster with a catalog. It finds pods that no service selects, services without pods, and
 * pods with another service account. It also finds ports that Istio reads as another protocol, and workloads whose
 * immutable selector would change. Each problem names the calls and routes that are denied or fail because of it.
 *
 * @param objects the catalog's rendered objects.
 */
export function judgeDeployed(
  mesh: CheckedMesh,
  objects: readonly Manifest[],
  snapshot: Pick<Snapshot, "pods" | "services" | "workloads">,
): Problem[] {
  return [
    ...podProblems(mesh, snapshot.pods),
    ...mesh.services.flatMap((service) => portProblems(service, snapshot.services)),
    ...selectorProblems(objects, snapshot.workloads),
  ];
}
