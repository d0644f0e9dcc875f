import { type Model, objectsOf } from "./model";
import { type KnownObject, selects } from "./object";
import { isWide, selectionOf } from "./selection";
import { type SelectorIndex, selectorIndex } from "./selectorIndex";
import type { Workload } from "./workload";

const selector = (sidecar: KnownObject): Readonly<Record<string, string>> => selectionOf(sidecar).labels;

const sidecarsByNamespace = new WeakMap<
  readonly KnownObject[],
  Map<string, { readonly selective: SelectorIndex<KnownObject>; readonly general?: KnownObject }>
>();

/**
 * Returns the Sidecar that applies to a workload: one with a selector precedes the namespace's, which precedes the root
 * namespace's.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
export function sidecarOf(model: Model, { namespace, labels, proxy }: Workload): KnownObject | undefined {
  if (proxy === "gateway") return undefined;
  const sidecars = objectsOf(model, "Sidecar", "networking.istio.io");
  let index = sidecarsByNamespace.get(sidecars);
  if (!index) {
    const isSelective = (one: KnownObject): boolean => !isWide(one);
    const groups = Map.groupBy(sidecars, (one) => one.namespace);
    index = new Map(
      [...groups].map(([of, own]) => {
        const general = own.find(isWide);
        return [
          of,
          { selective: selectorIndex(own.filter(isSelective), selector), ...(general && { general }) },
        ];
      }),
    );
    sidecarsByNamespace.set(sidecars, index);
  }
  const own = index.get(namespace);
  return (
    own?.selective(labels).find((one) => selects(selector(one), labels)) ??
    own?.general ??
    index.get(model.settings.rootNamespace)?.general
  );
}
