import type { ReleaseSpec } from "./helmRelease";
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

/** Arguments of the component `IstioControlPlane`. All are plain: a preview must know them to find the charts' definitions. */
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

/** The Helm releases that the component `IstioControlPlane` installs, in their order: definitions, istiod, gateways. */
export function istioReleases(args: IstioControlPlaneArgs): ReleaseSpec[] {
  const { version, repository = istioChartRepository, namespace = "istio-system", revision } = args;
  const common = { version, repository };
  const ofRevision = revision === undefined ? {} : { revision };
  return [
    { ...common, name: "istio-base", chart: "base", namespace, values: { ...args.base } },
    {
      ...common,
      name: revision === undefined ? "istiod" : `istiod-${revision}`,
      chart: "istiod",
      namespace,
      values: { ...ofRevision, ...args.istiod, global: { tag: version, ...args.istiod?.global } },
    },
    ...(args.gateways ?? []).map(({ name, namespace: home = name, values }): ReleaseSpec => ({
      ...common,
      name,
      chart: "gateway",
      namespace: home,
      values: { ...ofRevision, ...values },
    })),
  ];
}
