import { allClasses } from "./accessSet";
import { attached } from "./attachment";
import type { Difference } from "./change";
import { certainlyMore, comparedAccess } from "./comparedAccess";
import { inbound } from "./inbound";
import { decisionText, mayCall } from "./mayCall";
import type { Model } from "./model";
import { type Box, firstClass, type Region, subtract } from "./region";
import { witnessIn } from "./space";
import type { Workload } from "./workload";

/** Returns which requests to a workload are allowed in one model only, with one request for each direction. */
export function accessDifferences(before: Model, old: Workload, after: Model, now: Workload): Difference[] {
  if (fingerprint(before, old) === fingerprint(after, now)) return [];
  const { space, was, is } = comparedAccess(before, old, after, now);
  const all = (dimension: string): bigint => allClasses(space, dimension);
  return (["access gained", "access lost"] as const).flatMap((kind): Difference[] => {
    const gained = kind === "access gained";
    const [to, from] = gained ? [is, was] : [was, is];
    const certain = plainest(certainlyMore(to, from, space));
    const box = certain ?? plainest(subtract(to.maybe, from.maybe, all));
    if (!box) return [];
    const witness = witnessIn(box, space);
    const decided = mayCall(after, now, witness);
    return [
      {
        kind,
        workload: now,
        sure: certain !== undefined,
        witness,
        before: decisionText(mayCall(before, old, witness)),
        after: decisionText(decided),
        by: decided.by ? [decided.by] : [],
      },
    ];
  });
}

/** Returns the box whose example has a port that a service uses, which are the first classes of ports. */
export function plainest(region: Region): Box | undefined {
  const port = (box: Box): number => firstClass(box.get("port") ?? 1n);
  return region.reduce<Box | undefined>(
    (best, box) => (best === undefined || port(box) < port(best) ? box : best),
    undefined,
  );
}

const kinds = ["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"];

/** Everything that decides about requests to a workload. */
function fingerprint(model: Model, workload: Workload): string {
  const { mode, ports, bypassed } = inbound(model, workload);
  return JSON.stringify([
    model.settings,
    workload.proxy,
    workload.annotations,
    workload.ports,
    mode,
    [...ports],
    bypassed(0),
    kinds.map((kind) =>
      attached(model, kind, "security.istio.io", workload).map(({ name, namespace, annotations, spec }) => [
        name,
        namespace,
        annotations["istio.io/dry-run"],
        spec,
      ]),
    ),
  ]);
}
