import { parse, stringify } from "yaml";
import type { Bench } from "../../prove";
import { settled } from "../../prove/cluster";

/** istiod's, with the mesh configuration. */
interface ConfigMap {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly data: { readonly mesh: string };
}

interface MeshConfig {
  readonly [field: string]: unknown;
  readonly extensionProviders?: readonly { readonly name: string }[];
}

/** Changes fields of the mesh configuration, which istiod reads from its ConfigMap; returns those that were there. */
export async function configureMesh(
  laboratory: Bench["laboratory"],
  change: (mesh: MeshConfig) => object,
): Promise<object> {
  const { items } = await laboratory.get("configmaps", "--all-namespaces");
  const map = (items as ConfigMap[]).find(({ metadata: { name } }) => name === "istio");
  if (map === undefined) throw new Error("istiod has no ConfigMap");
  const mesh = parse(map.data.mesh) as MeshConfig;
  const fields = change(mesh);
  const data = { ...map.data, mesh: stringify({ ...mesh, ...fields }, { compat: "yaml-1.1" }) };
  const { name, namespace } = map.metadata;
  await laboratory.apply([
    { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data } as never,
  ]);
  await settled(laboratory);
  return Object.fromEntries(Object.keys(fields).map((key) => [key, mesh[key]]));
}
