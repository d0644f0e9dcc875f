import type { Setting } from "../configuration";
import { UNKNOWN } from "./field";
import { isIstiod, istiodValue } from "./release";
import { type KubernetesResource, undecided } from "./resource";

const ISTIO_NAMESPACE = "istio-system";

/** The setting of all policies that require objects in the root namespace. */
export const rootNamespace = {
  type: "string",
  description:
    "The mesh's root namespace. Empty: the root namespace of the stack's istiod release, or istio-system without one.",
  default: "",
} satisfies Setting;

/**
 * The root namespaces of the stack's control planes, each once, because revisions of istiod usually share one.
 * @param given the setting {@link rootNamespace}
 */
export function rootNamespaces(stack: readonly KubernetesResource[], given: string): Set<string> {
  if (given !== "") return new Set([given]);
  const releases = stack.filter(isIstiod);
  const roots = releases.map((release) => {
    const root = [
      ["meshConfig", "rootNamespace"],
      ["global", "istioNamespace"],
    ]
      .map((path) => istiodValue(release, ...path))
      .map((field) => field.value)
      .find((value) => value !== undefined);
    if (root === UNKNOWN) throw undecided([release]);
    return typeof root === "string" ? root : ISTIO_NAMESPACE;
  });
  return new Set(roots.length > 0 ? roots : [ISTIO_NAMESPACE]);
}
