import { X509Certificate } from "node:crypto";
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { selectsAll } from "../../catalog";
import { apiClient } from "../apiClient";
import type { Problem } from "../problem";
import type { JudgedObject, Snapshot } from "./snapshot";

/** A Secret with a certificate, and the Gateway that names it. */
export interface NamedSecret {
  readonly namespace: string;
  readonly name: string;
  /** The Gateway, as `namespace/name`. */
  readonly gateway: string;
  readonly hosts: readonly string[];
}

/** The content of a Secret: undefined if it does not exist, `denied` if the user may not read it. */
export type SecretContent = Readonly<Record<string, string>> | "denied" | undefined;

/** The fields of a Gateway that are read here. */
interface GatewayObject extends JudgedObject {
  readonly spec?: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly servers?: readonly {
      readonly hosts?: readonly string[];
      readonly tls?: { readonly credentialName?: string };
    }[];
  };
}

/** How many days before its end a certificate is a problem. */
const warnDays = 14;

/**
 * The Secrets that Gateways name. A gateway's proxies read them from their own namespace.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings
 */
export function namedSecrets({ objects, pods }: Pick<Snapshot, "objects" | "pods">): NamedSecret[] {
  const gateways = objects.filter(({ kind }) => kind === "Gateway") as readonly GatewayObject[];
  return gateways.flatMap(({ metadata, spec: { selector, servers = [] } = {} }) => {
    const selected =
      selector === undefined ? [] : pods.filter((pod) => selectsAll(selector, pod.metadata?.labels ?? {}));
    const namespaces = new Set(selected.map((pod) => pod.metadata?.namespace ?? ""));
    return servers.flatMap(({ hosts = [], tls: { credentialName: name } = {} }) =>
      name === undefined
        ? []
        : [...namespaces].map((namespace) => ({
            namespace,
            name,
            gateway: `${metadata.namespace ?? ""}/${metadata.name}`,
            hosts,
          })),
    );
  });
}

/** Reads the content of Secrets, keyed by `namespace/name`. */
export async function readSecrets(
  config: KubeConfig,
  secrets: readonly NamedSecret[],
): Promise<Map<string, SecretContent>> {
  const core = apiClient(config, CoreV1Api);
  const read = async ({ namespace, name }: NamedSecret): Promise<SecretContent> => {
    try {
      return (await core.readNamespacedSecret({ namespace, name })).data ?? {};
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 404) return undefined;
      if (code === 403) return "denied";
      throw error;
    }
  };
  const unique = new Map(secrets.map((one) => [`${one.namespace}/${one.name}`, one]));
  return new Map(await Promise.all([...unique].map(async ([key, one]) => [key, await read(one)] as const)));
}

/** Secrets of gateways that are missing or incomplete, and certificates that have ended or end soon. */
export function secretProblems(
  secrets: readonly NamedSecret[],
  contents: ReadonlyMap<string, SecretContent>,
  now = new Date(),
): Problem[] {
  return secrets.flatMap(({ namespace, name, gateway, hosts }): Problem[] => {
    const content = contents.get(`${namespace}/${name}`);
    if (content === "denied") return [];
    const culprit = `Secret ${namespace}/${name}`;
    const served = hosts.map((host) => host.split("/").at(-1)).join(", ");
    const unserved = `so the gateway resets every TLS connection to ${served}`;
    const fix = `Create it: kubectl create secret tls ${name} -n ${namespace} --cert=tls.crt --key=tls.key; a stack's own: pulumi up; on the sandbox: meshwright up`;
    const error = (problem: string): Problem[] => [{ severity: "error", culprit, problem, fix }];
    if (content === undefined) {
      return error(`It does not exist, but Gateway ${gateway} names it, ${unserved}.`);
    }
    const encoded = content["tls.crt"] ?? content.cert;
    if (encoded === undefined || (content["tls.key"] ?? content.key) === undefined) {
      return error(`It lacks tls.crt or tls.key, ${unserved}.`);
    }
    const end = endOf(encoded);
    if (end === undefined) return error(`Its tls.crt is not a certificate, ${unserved}.`);
    const days = Math.floor((end.getTime() - now.getTime()) / 86_400_000);
    if (days > warnDays) return [];
    const day = end.toISOString().slice(0, 10);
    return [
      {
        severity: days < 0 ? "error" : "warning",
        culprit,
        problem:
          days < 0
            ? `Its certificate expired on ${day}, so clients of ${served} refuse it.`
            : `Its certificate expires on ${day}, in ${days} days.`,
        fix: "Renew it and update the Secret. The gateway loads it without a restart.",
      },
    ];
  });
}

function endOf(encoded: string): Date | undefined {
  try {
    return new Date(new X509Certificate(Buffer.from(encoded, "base64")).validTo);
  } catch {
    return undefined;
  }
}
