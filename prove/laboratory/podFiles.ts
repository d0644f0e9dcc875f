import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CoreV1Api, V1Pod } from "@kubernetes/client-node";
import { writeKubeconfig } from "./controlPlane";
import { type Identity, run, until } from "./processes";

/** Writes what the pod's volumes would contain, below its working directory, where Istio's agent looks for it. */
export async function writeProxyFiles(
  api: CoreV1Api,
  pod: V1Pod,
  folder: string,
  owner: Identity,
): Promise<void> {
  const { namespace = "", labels = {}, annotations = {} } = pod.metadata ?? {};
  const secrets = join(folder, "var/run/secrets");
  let root: string | undefined;
  const readRoot = async (): Promise<boolean> => {
    const name = "istio-ca-root-cert";
    const map = await api.readNamespacedConfigMap({ name, namespace }).catch(() => undefined);
    root = map?.data?.["root-cert.pem"];
    return root !== undefined;
  };
  await until(`the CA's certificate in ${namespace}`, readRoot, 60_000, 300);
  const lines = (record: Readonly<Record<string, string>>): string =>
    Object.entries(record)
      .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      .join("\n");
  const contents = {
    [join(secrets, "istio/root-cert.pem")]: root ?? "",
    [join(secrets, "tokens/istio-token")]: await tokenOf(api, pod, ["istio-ca"]),
    [join(folder, "etc/istio/pod/labels")]: lines(labels),
    [join(folder, "etc/istio/pod/annotations")]: lines(annotations),
  };
  for (const place of ["workload-spiffe-uds", "workload-spiffe-credentials", "istio", "tokens"]) {
    mkdirSync(join(secrets, place), { recursive: true });
  }
  for (const place of ["proxy", "pod"]) mkdirSync(join(folder, "etc/istio", place), { recursive: true });
  for (const [path, content] of Object.entries(contents)) writeFileSync(path, content);
  await run("chown", ["-R", `${owner.user}:${owner.group}`, folder]);
}

/** Writes istiod's access to the API server, and returns its path. */
export async function writeIstiodFiles(
  api: CoreV1Api,
  pod: V1Pod,
  folder: string,
  owner: Identity,
): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "kubeconfig");
  writeKubeconfig(path, await tokenOf(api, pod, []));
  chownSync(folder, owner.user, owner.group);
  chownSync(path, owner.user, owner.group);
  return path;
}

async function tokenOf(api: CoreV1Api, pod: V1Pod, audiences: string[]): Promise<string> {
  const { namespace = "" } = pod.metadata ?? {};
  const name = pod.spec?.serviceAccountName ?? "default";
  const { status } = await api.createNamespacedServiceAccountToken({
    name,
    namespace,
    body: { spec: { audiences, expirationSeconds: 12 * 3600 } },
  });
  return status?.token ?? "";
}
