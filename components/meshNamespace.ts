import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { MeshObject } from "../mesh";

/** Arguments of {@link MeshNamespace}. */
export interface MeshNamespaceArgs {
  /** Name of the namespace. */
  name: pulumi.Input<string>;
  /**
   * Whether pods get a sidecar. Default: true.
   * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
   */
  injection?: boolean;
  /**
   * Revision or revision tag of the control plane that injects; sets `istio.io/rev` instead of `istio-injection`,
   * of which exactly one may be there. Default: none, the default revision.
   */
  revision?: string;
  /** Further labels. Default: none. */
  labels?: Record<string, string>;
}

/** A Kubernetes namespace with exactly one label that says whether Istio injects sidecars. */
export class MeshNamespace extends pulumi.ComponentResource {
  /** Name of the namespace, known once it exists. */
  public readonly namespaceName: pulumi.Output<string>;

  constructor(name: string, args: MeshNamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshwright:index:MeshNamespace", name, args, opts);
    const namespace = new k8s.core.v1.Namespace(
      `${name}-namespace`,
      { metadata: { name: args.name, labels: labelsOf(args) } },
      { parent: this, ...(opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) },
    );
    this.namespaceName = namespace.metadata.name;
    this.registerOutputs({ namespaceName: this.namespaceName });
  }
}

/** The namespace that {@link MeshNamespace} declares, as a plain object. */
export function namespaceObject(args: MeshNamespaceArgs & { readonly name: string }): MeshObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name: args.name, labels: labelsOf(args) } };
}

function labelsOf({ injection = true, revision, labels }: MeshNamespaceArgs): Record<string, string> {
  if (!injection) return { ...labels, "istio-injection": "disabled" };
  return revision === undefined
    ? { ...labels, "istio-injection": "enabled" }
    : { ...labels, "istio.io/rev": revision };
}
