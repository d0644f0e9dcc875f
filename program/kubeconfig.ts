import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import * as pulumi from "@pulumi/pulumi";

/**
 * The configuration that the Kubernetes provider uses, by the provider's precedence: a kubeconfig; without one, in a pod,
 * the pod's service account.
 */
export function loadKubeConfig(): { config: KubeConfig; origin: string } {
  const settings = new pulumi.Config("kubernetes");
  const given = settings.get("kubeconfig");
  const config = new KubeConfig();
  let origin: string;
  if (given !== undefined && /[\n{]/.test(given)) {
    origin = "kubeconfig in kubernetes:kubeconfig";
    config.loadFromString(given);
  } else {
    const named = given ?? process.env.KUBECONFIG;
    const paths = named?.split(delimiter) ?? [join(homedir(), ".kube", "config")];
    const [first, ...others] = paths.filter((path) => existsSync(path));
    if (first !== undefined) {
      origin = `kubeconfig ${[first, ...others].join(delimiter)}`;
      config.loadFromFile(first);
      for (const path of others) {
        const other = new KubeConfig();
        other.loadFromFile(path);
        config.mergeConfig(other, true);
      }
    } else if (named === undefined && process.env.KUBERNETES_SERVICE_HOST !== undefined) {
      origin = "pod's service account";
      config.loadFromCluster();
    } else {
      throw new Error(
        `There is no kubeconfig: ${paths.join(", ")} does not exist. ` +
          "Set one: export KUBECONFIG=<file>, or pulumi config set kubernetes:kubeconfig <file>",
      );
    }
  }
  const context = settings.get("context");
  if (context !== undefined) config.setCurrentContext(context);
  return { config, origin };
}
