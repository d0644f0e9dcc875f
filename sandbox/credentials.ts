import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { files, type SandboxConfig } from "./state";
import { makeFolder } from "../toolchain/makeFolder";

/** Users with a token of the API server. Their permissions are those of Kubernetes' built-in roles. */
const users = {
  admin: { user: "meshwright-admin", groups: ["system:masters"] },
  "kube-controller-manager": { user: "system:kube-controller-manager", groups: [] },
  "kube-scheduler": { user: "system:kube-scheduler", groups: [] },
  // KWOK plays every node's kubelet and may create whatever its stages say.
  kwok: { user: "meshwright-kwok", groups: ["system:masters"] },
} as const;

export type User = keyof typeof users;

/** Paths of the key pair that signs service account tokens, and of the API server's token file. */
export interface Credentials {
  readonly serviceAccountKey: string;
  readonly serviceAccountPublicKey: string;
  readonly tokens: string;
}

/** Makes the sandbox's credentials, once; a later start of the same sandbox keeps them. */
export function prepareCredentials(state: string): Credentials {
  const folder = files.credentials(state);
  const credentials = {
    serviceAccountKey: join(folder, "service-account.key"),
    serviceAccountPublicKey: join(folder, "service-account.pub"),
    tokens: join(folder, "tokens.csv"),
  };
  makeFolder(folder, 0o700);
  if (existsSync(credentials.tokens)) return credentials;
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  writeFileSync(credentials.serviceAccountKey, privateKey, { mode: 0o600 });
  writeFileSync(credentials.serviceAccountPublicKey, publicKey);
  const lines = Object.entries(users).map(([name, { user, groups }]) => {
    const token = randomBytes(32).toString("base64url");
    writeFileSync(tokenFile(state, name as User), token, { mode: 0o600 });
    return `${token},${user},${name},"${groups.join(",")}"`;
  });
  writeFileSync(credentials.tokens, `${lines.join("\n")}\n`, { mode: 0o600 });
  return credentials;
}

/** Path of the kubeconfig of `user`. The administrator's is the one that people use. */
export function kubeconfigOf(state: string, user: User): string {
  return user === "admin" ? files.kubeconfig(state) : join(files.credentials(state), `${user}.kubeconfig`);
}

/** Writes a kubeconfig for each user. The API server must have made its certificate. */
export function writeKubeconfigs(config: SandboxConfig): void {
  for (const user of Object.keys(users) as User[]) {
    const token = readFileSync(tokenFile(config.state, user), "utf8");
    writeKubeconfig(config, kubeconfigOf(config.state, user), token);
  }
}

/** Writes a kubeconfig with `token` for the sandbox's API server, readable by its owner only. */
export function writeKubeconfig({ state, ports }: SandboxConfig, path: string, token: string): void {
  const authority = readFileSync(join(files.certificates(state), "apiserver.crt"));
  const name = "meshwright-sandbox";
  const content = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [
      {
        name,
        cluster: {
          server: `https://127.0.0.1:${ports.apiServer}`,
          "certificate-authority-data": authority.toString("base64"),
        },
      },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  writeFileSync(path, stringify(content, { compat: "yaml-1.1" }), { mode: 0o600 });
}

function tokenFile(state: string, user: User): string {
  return join(files.credentials(state), `${user}.token`);
}
