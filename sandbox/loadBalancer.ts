import { CoreV1Api, type KubeConfig, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import { absenceIsFine } from "./kubernetes";

/** The collections of which a change is work for {@link assignLoadBalancers}. */
export const loadBalancerCollections = [{ path: "/api/v1/services" }];

/**
 * Gives every Service of type LoadBalancer an address, as a cloud would: Helm and Pulumi wait for one. The addresses
 * are of a range reserved for documentation, so nothing is ever reached by mistake.
 */
export async function assignLoadBalancers(kubeconfig: KubeConfig): Promise<void> {
  const api = kubeconfig.makeApiClient(CoreV1Api);
  const { items } = await api.listServiceForAllNamespaces();
  const balanced = items.filter(({ spec }) => spec?.type === "LoadBalancer");
  const taken = new Set(
    balanced.flatMap(({ status }) => status?.loadBalancer?.ingress?.map(({ ip }) => ip) ?? []),
  );
  for (const { metadata, status } of balanced) {
    if (status?.loadBalancer?.ingress?.length) continue;
    const ip = freeAddress(taken);
    taken.add(ip);
    const body = { status: { loadBalancer: { ingress: [{ ip }] } } };
    const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
    const { name = "", namespace = "" } = metadata ?? {};
    await absenceIsFine(api.patchNamespacedServiceStatus({ name, namespace, body }, merge));
  }
}

function freeAddress(taken: ReadonlySet<string | undefined>): string {
  for (let last = 1; last < 255; last++) {
    const ip = `192.0.2.${last}`;
    if (!taken.has(ip)) return ip;
  }
  throw new Error("the sandbox has addresses for 254 load balancers at the most");
}
