import { parse } from "yaml";
import type { PlainObject } from "../effect";

/** Whether an object is the ConfigMap with the mesh configuration of an istiod, of any revision. */
export function isMeshConfig({ kind, metadata, data }: PlainObject): boolean {
  const { name } = (metadata ?? {}) as { readonly name?: unknown };
  return (
    kind === "ConfigMap" &&
    typeof name === "string" &&
    /^istio(-|$)/.test(name) &&
    typeof meshText(data) === "string"
  );
}

/** The mesh configuration in a ConfigMap. Undefined in other objects, and if the text is not YAML of an object. */
export function meshConfigIn(object: PlainObject): object | undefined {
  if (!isMeshConfig(object)) return undefined;
  try {
    const parsed = parse(meshText(object.data) as string) as unknown;
    return typeof parsed === "object" && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** The mesh configuration among objects: that of the revision `default`, else of the first other one. */
export function meshConfigOf(objects: readonly PlainObject[]): object | undefined {
  const all = objects.filter(isMeshConfig);
  const own = all.find(({ metadata }) => (metadata as { name?: unknown }).name === "istio") ?? all[0];
  return own && meshConfigIn(own);
}

function meshText(data: unknown): unknown {
  return (data as { readonly mesh?: unknown } | null | undefined)?.mesh;
}
