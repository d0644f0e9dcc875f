import { generateKeyPairSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { registerNodes } from "../../sandbox/nodes";
import { answers, tailOf } from "../../sandbox/supervise";
import { addresses, type LaboratoryPrograms } from "./config";
import { files } from "./files";
import { logIn, start, until } from "./processes";

const apiServer = `https://${addresses.node}:6443`;
const certificates = join(files.control, "certificates");

/** Path of the API server's certificate, which is its own CA. */
const apiServerCa = join(certificates, "apiserver.crt");

/**
 * Starts etcd, kube-apiserver and kube-controller-manager with the ports and addresses of a real cluster, which no other
 * process has in this network namespace.
 *
 * @param onEnd is called if one of them ends.
 */
export async function startControlPlane(
  programs: LaboratoryPrograms,
  logs: string,
  onEnd: (what: string) => void,
): Promise<KubeConfig> {
  const { key, token, tokens } = writeCredentials();
  const run = (
    name: "etcd" | "kube-apiserver" | "kube-controller-manager",
    args: readonly string[],
  ): void => {
    const log = logIn(logs, name);
    start({ program: programs[name], args, log, cwd: files.control }).on("exit", () => {
      onEnd(`${name} ended:\n${tailOf(log)}`);
    });
  };
  run("etcd", [`--data-dir=${join(files.control, "etcd")}`, "--unsafe-no-fsync"]);
  run("kube-apiserver", [
    "--etcd-servers=http://127.0.0.1:2379",
    "--bind-address=0.0.0.0",
    "--secure-port=6443",
    `--advertise-address=${addresses.node}`,
    `--cert-dir=${certificates}`,
    `--service-cluster-ip-range=${addresses.services}`,
    "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    `--token-auth-file=${tokens}`,
    "--authorization-mode=RBAC",
    "--allow-privileged=true",
    // Webhooks are called at the address of istiod's pod.
    "--enable-aggregator-routing=true",
    "--profiling=false",
  ]);
  await until("the start of kube-apiserver", () => answers(`${apiServer}/readyz`), 60_000);
  writeKubeconfig(files.kubeconfig, token);
  run("kube-controller-manager", [
    `--kubeconfig=${files.kubeconfig}`,
    `--service-account-private-key-file=${key}`,
    `--root-ca-file=${apiServerCa}`,
    `--cert-dir=${certificates}`,
    // Nodes have no leases here; without this, their pods would be evicted.
    "--controllers=*,-node-lifecycle-controller",
    "--leader-elect=false",
    "--profiling=false",
  ]);
  const kubeconfig = new KubeConfig();
  kubeconfig.loadFromFile(files.kubeconfig);
  await registerNodes(kubeconfig);
  return kubeconfig;
}

/** Writes a kubeconfig with `token` for the laboratory's API server. */
export function writeKubeconfig(path: string, token: string): void {
  const name = "laboratory";
  const ca = readFileSync(apiServerCa).toString("base64");
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name, cluster: { server: apiServer, "certificate-authority-data": ca } }],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      "current-context": name,
    }),
  );
}

function writeCredentials(): { readonly key: string; readonly token: string; readonly tokens: string } {
  mkdirSync(certificates, { recursive: true });
  const key = join(files.control, "service-account.key");
  const tokens = join(files.control, "tokens.csv");
  const token = randomBytes(32).toString("base64url");
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  writeFileSync(key, privateKey, { mode: 0o600 });
  writeFileSync(tokens, `${token},laboratory,laboratory,"system:masters"\n`, { mode: 0o600 });
  return { key, token, tokens };
}
