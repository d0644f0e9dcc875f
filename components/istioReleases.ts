import { compare } from "semver";
import { mergePatch } from "../mesh";
import type { ReleaseSpec } from "./helmRelease";
import { istiodName } from "./revisionTag";
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

/** Another istiod beside the component's own, of another revision. */
export interface IstioCanaryArgs {
  /** Exact version of its chart. */
  version: string;
  /** Its revision. Default: none, the control plane without one. */
  revision?: string;
  /** Values of its chart, merged over those of the component's own istiod. Default: none. */
  istiod?: IstiodValues;
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
  /**
   * Stable names of the revision, which namespaces carry in its place; `default` stands for the label
   * `istio-injection: enabled`. Default: none.
   */
  revisionTags?: string[];
  /**
   * A second istiod during an upgrade: the next one before it takes over, then the last one until no proxy is its own
   * any more. Gateways, tags and the validation of objects are the component's own revision's. Default: none.
   */
  canary?: IstioCanaryArgs;
  /**
   * Mode of the mesh-wide PeerAuthentication: `STRICT`, or `PERMISSIVE` while workloads move into the mesh one by one.
   * With `PERMISSIVE`, workloads that no other PeerAuthentication selects accept plaintext as well; the policy pack
   * reports it. Default: `STRICT`.
   * https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/
   */
  mtlsMode?: string;
  /** Seconds that each release may take to become ready. Default: 300. */
  timeoutSeconds?: number;
  /** Values of the chart `base`. Default: the chart's. */
  base?: BaseValues;
  /** Values of the chart `istiod`; `istiodFor` gives those that a catalog asks for. Default: the chart's. */
  istiod?: IstiodValues;
  /** Gateways at the mesh's edges. Default: none. */
  gateways?: IstioGatewayArgs[];
}

/** Namespace of istiod where none is given. */
export const defaultNamespace = "istio-system";

/**
 * The Helm releases that the component `IstioControlPlane` installs, in their order: definitions, istiods, gateways.
 * Definitions are of the newest version, for which those of older ones are good.
 */
export function istioReleases(args: IstioControlPlaneArgs): ReleaseSpec[] {
  const { version, repository = istioChartRepository, namespace = defaultNamespace, canary } = args;
  const newest = canary !== undefined && compare(canary.version, version) > 0 ? canary.version : version;
  const common = { version, repository };
  const istiod = (of: IstioCanaryArgs): ReleaseSpec => ({
    ...common,
    version: of.version,
    name: istiodName(of.revision),
    chart: "istiod",
    namespace,
    values: {
      ...(of.revision === undefined ? {} : { revision: of.revision }),
      ...of.istiod,
      global: { tag: of.version, ...of.istiod?.global },
    },
  });
  return [
    { ...common, version: newest, name: "istio-base", chart: "base", namespace, values: { ...args.base } },
    istiod(args),
    ...(canary === undefined ? [] : [istiod({ ...canary, istiod: canaryValues(args, canary) })]),
    ...(args.gateways ?? []).map(({ name, namespace: home = name, values }): ReleaseSpec => ({
      ...common,
      name,
      chart: "gateway",
      namespace: home,
      values: { ...(args.revision === undefined ? {} : { revision: args.revision }), ...values },
    })),
  ];
}

function canaryValues(
  { istiod = {}, revisionTags = [] }: IstioControlPlaneArgs,
  canary: IstioCanaryArgs,
): IstiodValues {
  // Each istiod's image and revision are its own.
  const shared = mergePatch(istiod, { revision: null, global: { tag: null } });
  const values = mergePatch(shared, canary.istiod ?? {});
  // The one without a revision injects the same namespaces as the tag `default`, and would have the last word.
  const superseded = canary.revision === undefined && revisionTags.includes("default");
  return mergePatch(values, superseded ? { global: { operatorManageWebhooks: true } } : {}) as IstiodValues;
}
