import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { labelsOf, type MeshNamespaceArgs } from "./namespaceObject";

/** A Kubernetes namespace with exactly one injection label. */
export class MeshNamespace extends pulumi.ComponentResource {
  /** Name of the namespace. Unknown until it exists. */
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
