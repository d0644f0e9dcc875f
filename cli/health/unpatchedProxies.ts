import type { V1Pod } from "@kubernetes/client-node";
import { selects } from "../../effect/object";
import type { Problem } from "../problem";
import { proxyVersion } from "./proxies";
import type { JudgedObject, Snapshot } from "./snapshot";

/** An EnvoyFilter, as far as it names its catalog, its pods and the versions of their proxies. */
interface EnvoyFilterObject extends JudgedObject {
  readonly metadata: JudgedObject["metadata"] & { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly workloadSelector?: { readonly labels?: Readonly<Record<string, string>> };
    readonly configPatches?: readonly {
      readonly match?: { readonly proxy?: { readonly proxyVersion?: string } };
    }[];
  };
}

/**
 * Proxies that a catalog's EnvoyFilter selects, but whose version none of its patches matches. Istio then ignores the
 * filter without an error, so the rate limits of these proxies are off.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-ProxyMatch
 */
export function unpatchedProxies({ objects, pods }: Pick<Snapshot, "objects" | "pods">): Problem[] {
  return (objects as readonly EnvoyFilterObject[])
    .filter(
      ({ kind, metadata }) =>
        kind === "EnvoyFilter" && metadata.labels?.["app.kubernetes.io/managed-by"] === "meshwright",
    )
    .flatMap((filter) => [...missedBy(filter, pods)].map((missed) => problem(filter, missed)));
}

/** The number of selected proxies that no patch matches, by version. */
function missedBy({ metadata, spec = {} }: EnvoyFilterObject, pods: readonly V1Pod[]): Map<string, number> {
  const expressions = (spec.configPatches ?? []).map(({ match }) => match?.proxy?.proxyVersion ?? "");
  const missed = new Map<string, number>();
  for (const pod of pods) {
    if (pod.metadata?.namespace !== metadata.namespace) continue;
    if (!selects(spec.workloadSelector?.labels ?? {}, pod.metadata?.labels ?? {})) continue;
    const version = proxyVersion(pod)?.toString();
    if (version === undefined || expressions.some((one) => new RegExp(one).test(version))) continue;
    missed.set(version, (missed.get(version) ?? 0) + 1);
  }
  return missed;
}

function problem({ metadata }: EnvoyFilterObject, [version, count]: [string, number]): Problem {
  const { namespace = "", name } = metadata;
  return {
    severity: "error",
    culprit: `EnvoyFilter ${namespace}/${name}`,
    problem: `It does not apply to ${count} ${count === 1 ? "proxy" : "proxies"} of version ${version}, which it selects. No patch matches this version, so the limits that it sets are off there.`,
    fix: `If istiod has another version, restart the pods: kubectl rollout restart deployment -n ${namespace}. Otherwise set istioVersion to ${version} in the catalog, and deploy it again: pulumi up`,
  };
}
