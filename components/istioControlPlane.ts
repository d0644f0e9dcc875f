import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { type IstioControlPlaneArgs, type IstioRelease, istioReleases } from "./istioReleases";
import { MeshNamespace } from "./meshNamespace";
import { runError } from "./runError";

const exactVersion = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/**
 * Istio's control plane from Istio's own charts: `base` (definitions), then `istiod`, then the gateways. Each step
 * waits until the one before is ready. Let everything that istiod's webhook judges depend on this component.
 *
 * https://istio.io/latest/docs/setup/install/helm/
 */
export class IstioControlPlane extends pulumi.ComponentResource {
  /** Namespace of istiod. */
  public readonly namespace: pulumi.Output<string>;
  /** Version of the charts. */
  public readonly version: pulumi.Output<string>;

  constructor(name: string, args: IstioControlPlaneArgs, opts?: pulumi.ComponentResourceOptions) {
    super("meshwright:index:IstioControlPlane", name, {}, opts);
    if (!exactVersion.test(args.version)) {
      throw runError(
        `IstioControlPlane "${name}": version "${args.version}" is not exact. ` +
          "Write one such as 1.31.0, so that every run installs the same charts.",
      );
    }
    const { revision } = args;
    const inherited = opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn };
    const [base, istiod, ...gateways] = istioReleases(args) as [
      IstioRelease,
      IstioRelease,
      ...IstioRelease[],
    ];
    const system = new MeshNamespace(
      `${name}-system`,
      { name: istiod.namespace, injection: false },
      { parent: this, ...inherited },
    );
    const definitions = this.release(`${name}-base`, base, args, system);
    const controlPlane = this.release(`${name}-istiod`, istiod, args, definitions);
    for (const gateway of gateways) {
      const home = new MeshNamespace(
        `${name}-${gateway.name}`,
        { name: gateway.namespace, ...(revision === undefined ? {} : { revision }) },
        { parent: this, dependsOn: [controlPlane] },
      );
      this.release(`${name}-${gateway.name}-release`, gateway, args, home);
    }
    this.namespace = pulumi.output(istiod.namespace);
    this.version = controlPlane.version;
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }

  private release(
    resource: string,
    { name, chart, version, namespace, repository, values }: IstioRelease,
    { timeoutSeconds = 300 }: IstioControlPlaneArgs,
    after: pulumi.Resource,
  ): k8s.helm.v3.Release {
    return new k8s.helm.v3.Release(
      resource,
      {
        name,
        chart,
        version,
        namespace,
        repositoryOpts: { repo: repository },
        values,
        timeout: timeoutSeconds,
        // Later steps rely on istiod and its webhook serving, and a failed first install must not block the next run.
        skipAwait: false,
        atomic: true,
        cleanupOnFail: true,
      },
      // A release can't be created under its new name while the old one owns the same cluster-wide objects.
      { parent: this, dependsOn: after, deleteBeforeReplace: true },
    );
  }
}
