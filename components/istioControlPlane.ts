import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { MeshNamespace } from "./meshNamespace";
import { runError } from "./runError";
import type { BaseValues, GatewayValues, IstiodValues } from "./values";

/** Where Istio publishes its charts. */
export const istioChartRepository = "https://istio-release.storage.googleapis.com/charts";

/** A gateway: a proxy at the edge of the mesh, as one Helm release in a namespace of its own. */
export interface IstioGatewayArgs {
  /**
   * Name of the release, of its service account, and of its namespace unless that is given. The chart labels its pods
   * `istio: <name without the prefix "istio-">`, which is what a Gateway object selects.
   */
  name: string;
  /** Namespace. Default: the gateway's name. */
  namespace?: string;
  /** Values of the chart `gateway`. Default: the chart's. */
  values?: GatewayValues;
}

/** Arguments of {@link IstioControlPlane}. All are plain: a preview must know them to find the charts' definitions. */
export interface IstioControlPlaneArgs {
  /** Exact version of Istio's charts, for example `1.31.0`; no range. */
  version: string;
  /** Helm repository that serves the charts, a mirror for example. Default: Istio's own. */
  repository?: string;
  /** Namespace of istiod, the root namespace of the mesh. Default: `istio-system`. */
  namespace?: string;
  /** Revision, which allows two control planes side by side during an upgrade. Default: none. */
  revision?: string;
  /** Seconds that each release may take to become ready. Default: 300. */
  timeoutSeconds?: number;
  /** Values of the chart `base`. Default: the chart's. */
  base?: BaseValues;
  /** Values of the chart `istiod`. Default: the chart's. */
  istiod?: IstiodValues;
  /** Gateways at the mesh's edges. Default: none. */
  gateways?: IstioGatewayArgs[];
}

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
    const { namespace = "istio-system", revision } = args;
    const system = new MeshNamespace(
      `${name}-system`,
      { name: namespace, injection: false },
      { parent: this, ...(opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) },
    );
    const base = this.release(args, {
      resource: `${name}-base`,
      release: "istio-base",
      chart: "base",
      namespace,
      values: args.base,
      after: [system],
    });
    const istiod = this.release(args, {
      resource: `${name}-istiod`,
      release: revision === undefined ? "istiod" : `istiod-${revision}`,
      chart: "istiod",
      namespace,
      values: {
        ...(revision === undefined ? {} : { revision }),
        ...args.istiod,
        global: { tag: args.version, ...args.istiod?.global },
      },
      after: [base],
    });
    for (const gateway of args.gateways ?? []) {
      const { name: release, namespace: home = release } = gateway;
      const own = new MeshNamespace(
        `${name}-${release}`,
        { name: home, ...(revision === undefined ? {} : { revision }) },
        { parent: this, dependsOn: [istiod] },
      );
      this.release(args, {
        resource: `${name}-${release}-release`,
        release,
        chart: "gateway",
        namespace: home,
        values: { ...(revision === undefined ? {} : { revision }), ...gateway.values },
        after: [own],
      });
    }
    this.namespace = pulumi.output(namespace);
    this.version = istiod.version;
    this.registerOutputs({ namespace: this.namespace, version: this.version });
  }

  private release(
    { version, repository = istioChartRepository, timeoutSeconds = 300 }: IstioControlPlaneArgs,
    what: {
      resource: string;
      release: string;
      chart: string;
      namespace: string;
      values: BaseValues | IstiodValues | GatewayValues | undefined;
      after: pulumi.Resource[];
    },
  ): k8s.helm.v3.Release {
    return new k8s.helm.v3.Release(
      what.resource,
      {
        name: what.release,
        chart: what.chart,
        version,
        namespace: what.namespace,
        repositoryOpts: { repo: repository },
        values: (what.values ?? {}) as Record<string, unknown>,
        timeout: timeoutSeconds,
        // Later steps rely on istiod and its webhook serving, and a failed first install must not block the next run.
        skipAwait: false,
        atomic: true,
        cleanupOnFail: true,
      },
      // A release can't be created under its new name while the old one owns the same cluster-wide objects.
      { parent: this, dependsOn: what.after, deleteBeforeReplace: true },
    );
  }
}
