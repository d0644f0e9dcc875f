import type { IstioControlPlaneArgs } from "./istioControlPlane";

/** Where Istio publishes its charts. */
export const istioChartRepository = "https://istio-release.storage.googleapis.com/charts";

/** A Helm release of the control plane, as plain data. */
export interface IstioRelease {
  /** Name of the release. */
  readonly name: string;
  readonly chart: "base" | "istiod" | "gateway";
  /** Exact version of the chart. */
  readonly version: string;
  /** URL of the Helm repository. */
  readonly repository: string;
  readonly namespace: string;
  readonly values: Record<string, unknown>;
}

/** The Helm releases that {@link IstioControlPlane} installs, in their order: definitions, istiod, gateways. */
export function istioReleases(args: IstioControlPlaneArgs): IstioRelease[] {
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
    ...(args.gateways ?? []).map(({ name, namespace: home = name, values }): IstioRelease => ({
      ...common,
      name,
      chart: "gateway",
      namespace: home,
      values: { ...ofRevision, ...values },
    })),
  ];
}
