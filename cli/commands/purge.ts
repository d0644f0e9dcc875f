import {
  ApiextensionsV1Api,
  CoreV1Api,
  type KubeConfig,
  type V1CustomResourceDefinition,
} from "@kubernetes/client-node";
import type { Command } from "commander";
import { UserError } from "../../errors/userError";
import { apiClient, customObjects } from "../apiClient";
import { istiodConfigMaps } from "../audit/audited";
import { clusterOptions, explainFailure, loadCluster, serverOf } from "../cluster";
import { print, remark } from "../output";

/** `meshwright purge`: removes the objects that `pulumi destroy` leaves: CRDs, which Istio's chart keeps, and istiod's ConfigMaps. */
export function purgeCommand(command: Command): void {
  command.option("--yes", "remove them; without this option they are only listed");
  clusterOptions(command).action(async ({ yes }: { yes?: true }) => {
    const config = loadCluster(command);
    remark(`On ${serverOf(config)}:`);
    const left = await findLeft(config).catch((error: unknown) => explainFailure(config, error));
    for (const one of left) {
      if (yes) await one.remove();
      print(`${yes ? "removed" : "would remove"} ${one.name}`);
    }
    if (left.length === 0) print("Nothing of Istio is left.");
    else if (!yes) print(`\nRemove them: meshwright purge --yes`);
  });
}

interface Left {
  readonly name: string;
  readonly remove: () => Promise<unknown>;
}

/** Deleting a CRD deletes all of its objects, including those of other owners, so there must be none. */
async function findLeft(config: KubeConfig): Promise<Left[]> {
  const [extensions, core] = [apiClient(config, ApiextensionsV1Api), apiClient(config, CoreV1Api)];
  const pods = await core.listPodForAllNamespaces({ labelSelector: "app=istiod" });
  const definitions = (await extensions.listCustomResourceDefinition()).items.filter(({ spec }) =>
    spec.group.endsWith(".istio.io"),
  );
  const inUse = [
    ...pods.items.map(({ metadata }) => `Pod ${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`),
    ...(await Promise.all(definitions.map((one) => objectsOf(config, one)))).flat(),
  ];
  if (inUse.length > 0) {
    throw new UserError({
      problem: `Istio is in use on ${serverOf(config)}: ${inUse.length} of its objects and pods are left. Nothing was removed.`,
      details: inUse.slice(0, 12).join("\n"),
      fix: "Remove them first, with `pulumi destroy` if they are a stack's.",
    });
  }
  const maps = (await core.listConfigMapForAllNamespaces()).items.filter(({ metadata }) =>
    istiodConfigMaps.has(metadata?.name ?? ""),
  );
  return [
    ...definitions.map(({ metadata: { name = "" } = {} }) => ({
      name: `CustomResourceDefinition ${name}`,
      remove: () => extensions.deleteCustomResourceDefinition({ name }),
    })),
    ...maps.map(({ metadata: { name = "", namespace = "" } = {} }) => ({
      name: `ConfigMap ${namespace}/${name}`,
      remove: () => core.deleteNamespacedConfigMap({ name, namespace }),
    })),
  ];
}

async function objectsOf(config: KubeConfig, definition: V1CustomResourceDefinition): Promise<string[]> {
  const { kind } = definition.spec.names;
  return (await customObjects(config, definition)).map(
    ({ metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`,
  );
}
