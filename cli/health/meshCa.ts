import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { caReplacementDays } from "../../observability/rules/certificates";
import { apiClient } from "../apiClient";
import type { Problem } from "../problem";
import { readSecret } from "../secretContent";
import { expiryProblem } from "./expiry";
import type { Snapshot } from "./snapshot";

/** A Secret that istiod may have its CA from. */
export interface CaSecret {
  readonly namespace: string;
  readonly name: string;
  readonly content: Readonly<Record<string, string>>;
}

/**
 * The Secrets in order: istiod's own CA is used only without a CA of the user's.
 *
 * @see https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
 */
const names = ["cacerts", "istio-ca-secret"] as const;

type Key = readonly [key: string, title: string, which: "first" | "earliest" | "latest"];

/** Keys with certificates, each with its name for readers. */
const keys: readonly Key[] = [
  ["root-cert.pem", "root certificate", "latest"],
  ["cert-chain.pem", "chain of signing certificates", "earliest"],
  ["ca-cert.pem", "signing certificate", "first"],
];

/** Those of `kubernetes.io/tls`, which cert-manager writes. With `tls.crt`, istiod reads no others. */
const tlsKeys: readonly Key[] = [
  ["ca.crt", "root certificate", "latest"],
  ["tls.crt", "signing certificate", "first"],
];

/** Reads the mesh's CA from the namespaces of istiod. Empty if another CA signs, or if it may not be read. */
export async function readMeshCas(config: KubeConfig, { pods }: Pick<Snapshot, "pods">): Promise<CaSecret[]> {
  const core = apiClient(config, CoreV1Api);
  const istiods = pods.filter(({ metadata }) => metadata?.labels?.app === "istiod");
  const namespaces = [...new Set(istiods.map(({ metadata }) => metadata?.namespace ?? ""))];
  const found = await Promise.all(
    namespaces.map(async (namespace): Promise<CaSecret[]> => {
      for (const name of names) {
        const content = await readSecret(core, { namespace, name });
        if (content === "denied") return [];
        if (content !== undefined) return [{ namespace, name, content }];
      }
      return [];
    }),
  );
  return found.flat();
}

/** Certificates of the mesh's CA that have expired or expire soon. */
export function meshCaProblems(secrets: readonly CaSecret[], now = new Date()): Problem[] {
  return secrets.flatMap(({ namespace, name, content }) => {
    const culprit = `Secret ${namespace}/${name}`;
    const fix = "Replace it without downtime: docs/runbooks/RootCertificateExpiringSoon.md";
    const own = content["tls.crt"] === undefined ? keys : tlsKeys;
    return own.flatMap(([key, title, which]) => {
      const encoded = content[key];
      if (encoded === undefined || encoded === "") return [];
      const expired = "so no certificate of the mesh is valid";
      const problems = expiryProblem(
        encoded,
        { culprit, title, which, expired, fix, within: caReplacementDays },
        now,
      );
      return problems === "unreadable"
        ? [
            {
              severity: "error" as const,
              culprit,
              problem: `Its ${key} is not a certificate, so istiod can't sign with it.`,
              fix,
            },
          ]
        : problems;
    });
  });
}
