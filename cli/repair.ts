import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import type { HelmRecord } from "../program/cluster/snapshot";
import { apiClient } from "./apiClient";

/** A Helm release, by its place in the cluster. */
export interface ReleaseKey {
  readonly namespace: string;
  readonly name: string;
}

/** The Helm releases that a stack's state names. */
export interface StackReleases {
  /** Releases that the stack has. */
  readonly present: readonly ReleaseKey[];
  /** Releases that a killed run was creating, so that nothing is known of them. */
  readonly pending: readonly ReleaseKey[];
}

/** The steps that end a release's interrupted operation. */
export interface Repair {
  /** The problem, as a sentence. */
  readonly problem: string;
  /** Secrets to delete; the objects of the release stay. */
  readonly secrets: readonly { readonly namespace: string; readonly name: string }[];
  /** A release whose removal has to be ended. */
  readonly uninstall?: ReleaseKey;
}

/**
 * Decides how to end the interrupted operations of a stack's releases. Releases of other owners are never touched.
 *
 * - An interrupted installation or upgrade loses its record. Helm goes on from the last complete one, or adopts the
 *   objects that are there.
 * - An interrupted removal is ended.
 * - A release whose creation ended without the stack's state learning of it loses its records, so that it can be created
 *   again; its objects are adopted.
 */
export function repairsOf({ present, pending }: StackReleases, records: readonly HelmRecord[]): Repair[] {
  return [...present, ...pending].flatMap((key): Repair[] => {
    const own = records
      .filter(({ namespace, release }) => namespace === key.namespace && release === key.name)
      .sort((a, b) => b.revision - a.revision);
    const [newest] = own;
    if (newest === undefined) return [];
    const problem = `The Helm release ${key.namespace}/${key.name} was left ${newest.status} by a killed run.`;
    const secret = ({ namespace, secret: name }: HelmRecord) => ({ namespace, name });
    if (newest.status === "uninstalling") return [{ problem, secrets: [], uninstall: key }];
    if (pending.includes(key)) return [{ problem, secrets: own.map(secret) }];
    return newest.status.startsWith("pending-") ? [{ problem, secrets: [secret(newest)] }] : [];
  });
}

interface ExportedResource {
  readonly type: string;
  readonly inputs?: { readonly name?: string; readonly namespace?: string };
}

/** The Helm releases in what `pulumi stack export` prints. */
export function stackReleases(exported: string): StackReleases {
  const { deployment = {} } = JSON.parse(exported) as {
    deployment?: {
      resources?: readonly ExportedResource[];
      pending_operations?: readonly { readonly resource: ExportedResource }[];
    };
  };
  const keys = (resources: readonly ExportedResource[]): ReleaseKey[] =>
    resources
      .filter(({ type }) => type === "kubernetes:helm.sh/v3:Release")
      .map(({ inputs: { name = "", namespace = "" } = {} }) => ({ name, namespace }));
  const present = keys(deployment.resources ?? []);
  const known = new Set(present.map(({ namespace, name }) => `${namespace}/${name}`));
  const pending = keys((deployment.pending_operations ?? []).map(({ resource }) => resource));
  return { present, pending: pending.filter(({ namespace, name }) => !known.has(`${namespace}/${name}`)) };
}

/**
 * Ends the interrupted operations of the stack's Helm releases on the sandbox.
 *
 * @param exported what `pulumi stack export` prints.
 * @param helm path of a helm program.
 * @returns the problems, and whether the stack's state has to be refreshed because a release is gone.
 */
export async function repairReleases(
  exported: string,
  kubeconfig: string,
  helm: string,
): Promise<{ problems: string[]; refresh: boolean }> {
  const releases = stackReleases(exported);
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const core = apiClient(config, CoreV1Api);
  const { items } = await core.listSecretForAllNamespaces({ labelSelector: "owner=helm" });
  const records = items.map(({ metadata: { name = "", namespace = "", labels = {} } = {} }) => ({
    namespace,
    release: labels.name ?? "",
    revision: Number(labels.version),
    status: labels.status ?? "",
    secret: name,
  }));
  const repairs = repairsOf(releases, records);
  for (const { secrets, uninstall } of repairs) {
    for (const { namespace, name } of secrets) await core.deleteNamespacedSecret({ namespace, name });
    if (uninstall !== undefined) {
      const { namespace, name } = uninstall;
      await execa(helm, ["uninstall", name, "--namespace", namespace, "--kubeconfig", kubeconfig]);
    }
  }
  return {
    problems: repairs.map(({ problem }) => problem),
    refresh: repairs.some(({ uninstall }) => uninstall !== undefined),
  };
}
