import type * as pulumi from "@pulumi/pulumi";
import type { Manifest } from "../mesh";

/** Arguments of the component `MeshNamespace`. */
export interface MeshNamespaceArgs {
  /** Name of the namespace. */
  name: pulumi.Input<string>;
  /**
   * Whether pods get a sidecar. Default: true.
   * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
   */
  injection?: boolean;
  /**
   * Revision or revision tag of the control plane that injects. It sets `istio.io/rev` instead of `istio-injection`; a
   * namespace must have exactly one of the two. Default: none; the label is `istio-injection: enabled`.
   */
  revision?: string;
  /** Further labels. Default: none. */
  labels?: Record<string, string>;
}

/** Returns the namespace of the component `MeshNamespace` as a plain object. */
export function namespaceObject(args: MeshNamespaceArgs & { readonly name: string }): Manifest {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: args.name, labels: labelsOf(args) } };
}

/** Labels of the namespace. */
export function labelsOf({ injection = true, revision, labels }: MeshNamespaceArgs): Record<string, string> {
  if (!injection) return { ...labels, "istio-injection": "disabled" };
  return revision === undefined
    ? { ...labels, "istio-injection": "enabled" }
    : { ...labels, "istio.io/rev": revision };
}
