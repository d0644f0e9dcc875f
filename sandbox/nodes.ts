import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Node,
} from "@kubernetes/client-node";
import { conflictIsFine } from "./kubernetes";

const zones = { "us-west": ["us-west-1", "us-west-2"], "us-east": ["us-east-1", "us-east-2"] };

/** The sandbox's nodes: one in each of two zones of two regions, so that locality settings have something to choose from. */
export function sandboxNodes(): V1Node[] {
  return Object.entries(zones).flatMap(([region, names]) =>
    names.map((zone, index): V1Node => {
      const name = `${zone}-node`;
      const amount = { cpu: "64", memory: "256Gi", pods: "1000" };
      return {
        apiVersion: "v1",
        kind: "Node",
        metadata: {
          name,
          labels: {
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "topology.kubernetes.io/region": region,
            "topology.kubernetes.io/zone": zone,
          },
        },
        // Says that Services of type LoadBalancer get an address (`loadBalancer.ts`).
        spec: { providerID: `sandbox:///${zone}/${name}` },
        status: {
          allocatable: amount,
          capacity: amount,
          addresses: [{ type: "InternalIP", address: `10.0.${region === "us-west" ? 1 : 2}.${index + 1}` }],
          conditions: [
            {
              type: "Ready",
              status: "True",
              reason: "KubeletReady",
              message: "played by KWOK",
              lastHeartbeatTime: new Date(),
              lastTransitionTime: new Date(),
            },
          ],
        },
      };
    }),
  );
}

/** Registers the nodes; those of an earlier run only become ready again. */
export async function registerNodes(kubeconfig: KubeConfig): Promise<void> {
  const api = kubeconfig.makeApiClient(CoreV1Api);
  const merge = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);
  for (const node of sandboxNodes()) {
    await conflictIsFine(api.createNode({ body: node }));
    const { metadata: { name = "" } = {}, status } = node;
    await api.patchNodeStatus({ name, body: { status } }, merge);
  }
}
