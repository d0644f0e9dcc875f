import { gunzipSync, gzipSync } from "node:zlib";
import { CoreV1Api, type KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import type { HelmRecord } from "../../program/cluster/snapshot";
import { apiClient } from "../apiClient";

/** What a record says of its release. */
export interface InstalledRelease {
  /** Name of the chart. */
  readonly chart: string;
  readonly version: string;
  /** Values that differ from the chart's defaults. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The objects of the release, as YAML documents. */
  readonly manifest: string;
}

/** Helm's record of one revision of a release, with its content. */
export interface FullRecord extends HelmRecord {
  /** Undefined if the content has another form than Helm 3 writes. */
  readonly installed?: InstalledRelease;
}

const content = z.object({
  chart: z.object({ metadata: z.object({ name: z.string(), version: z.string() }) }),
  config: z.record(z.string(), z.unknown()).nullish(),
  manifest: z.string(),
});

/** Reads Helm's records of a whole cluster. */
export async function readHelmRecords(config: KubeConfig): Promise<FullRecord[]> {
  const core = apiClient(config, CoreV1Api);
  const { items } = await core.listSecretForAllNamespaces({ labelSelector: "owner=helm" });
  return items.map(({ metadata: { name = "", namespace = "", labels = {} } = {}, data = {} }) => {
    const installed = decode(data.release);
    return {
      namespace,
      release: labels.name ?? "",
      revision: Number(labels.version),
      status: labels.status ?? "",
      secret: name,
      ...(installed && { installed }),
    };
  });
}

/** Makes a record the deployed one again. Its content says the same as its label. */
export async function restoreRecord(
  config: KubeConfig,
  secret: { readonly namespace: string; readonly name: string },
): Promise<void> {
  const core = apiClient(config, CoreV1Api);
  const body = await core.readNamespacedSecret(secret);
  body.metadata = Object.assign(body.metadata ?? {}, {
    labels: { ...body.metadata?.labels, status: "deployed" },
  });
  body.data = { ...body.data, release: asDeployed(body.data?.release ?? "") };
  await core.replaceNamespacedSecret({ ...secret, body });
}

/** The content of a record, with the status `deployed`. */
export function asDeployed(data: string): string {
  const release = unpack(data) as { readonly info?: object };
  const text = JSON.stringify({ ...release, info: { ...release.info, status: "deployed" } });
  return Buffer.from(gzipSync(text).toString("base64")).toString("base64");
}

/** Helm writes gzipped JSON in Base64, which the Secret encodes once more. */
function unpack(data: string): unknown {
  const packed = Buffer.from(Buffer.from(data, "base64").toString("latin1"), "base64");
  return JSON.parse(gunzipSync(packed).toString("utf8"));
}

function decode(data = ""): InstalledRelease | undefined {
  try {
    const { chart, config, manifest } = content.parse(unpack(data));
    return { chart: chart.metadata.name, version: chart.metadata.version, values: config ?? {}, manifest };
  } catch {
    return undefined;
  }
}
