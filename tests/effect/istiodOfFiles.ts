import type { PlainObject, Workload } from "../../effect";
import { type Istiod, startIstiod } from "../../prove/xds/istiod";
import type { ProxyNode } from "../../prove/xds/proxy";
import { ensureToolchain } from "../../toolchain";

/**
 * Starts istiod with objects. All of them must be valid.
 *
 * @param objects of Istio's kinds.
 * @param cluster objects of Kubernetes' own kinds. Default: none.
 * @param meshConfig that differs from Istio's defaults. Default: none.
 */
export async function istiodOfFiles(
  objects: readonly PlainObject[],
  cluster: readonly PlainObject[] = [],
  meshConfig: object = {},
): Promise<Istiod> {
  const toolchain = await ensureToolchain(["pilot-discovery"]);
  return startIstiod({ program: toolchain.program("pilot-discovery"), objects, cluster, meshConfig });
}

/** The sidecar of a workload's pod. Its name begins with its address, so that it is no part of another's. */
export function sidecarOf({ name, namespace, labels }: Workload, address: string): ProxyNode {
  return { type: "sidecar", name: `${address.replaceAll(".", "-")}-${name}`, namespace, labels, address };
}
