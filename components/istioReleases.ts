import { compare } from "semver";
import { mergePatch } from "../mesh";
import { facts } from "../policy-pack/facts";
import type { ReleaseSpec } from "./helmRelease";
import { cniNamespace, cniValues, type IstioCniArgs } from "./istioCni";
import { istiodName } from "./revisionTag";
import type { BaseValues, GatewayValues, IstiodValues } from "./values";

/** The Helm repository in which Istio publishes its charts. */
export const istioChartRepository = facts.istio.charts.repository;

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
  /**
   * Number of trusted proxies in front of the gateway that append to `X-Forwarded-For`, such as 1 for an HTTP load
   * balancer. The gateway takes the client's address from that many entries from the right. Default: 0; the client is
   * the connection's peer.
   * https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
   */
  numTrustedProxies?: number;
  /**
   * Whether connections begin with a header of the PROXY protocol, which carries the client's address through a TCP load
   * balancer. The load balancer must send it, or the gateway refuses every connection. Default: false.
   */
  proxyProtocol?: boolean;
}

/** Values of Istio's charts by chart, of any name. */
export interface IstioChartValues {
  /** Values of the chart `base`. Default: none. */
  base?: Record<string, any>;
  /** Values of the chart `cni`; needs the component's `cni`. Default: none. */
  cni?: Record<string, any>;
  /** Values of the chart `istiod`. Default: none. */
  istiod?: Record<string, any>;
  /** Values of the chart `gateway`, by the name of the gateway. Default: none. */
  gateways?: Record<string, any>;
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
  /** Exact version of Istio's charts; no range. */
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
  /**
   * Catalogs that the control plane serves, as `defineMesh` returns them. What these arguments say otherwise than a catalog
   * (root namespace, trust domain, revision, namespaces of gateways, minor version) is an error with both values, before
   * anything is registered. Default: none; nothing is compared.
   */
  catalogs?: Record<string, any>[];
  /** Seconds that each release may take to become ready. Default: 300. */
  timeoutSeconds?: number;
  /** Values of the chart `base`. Default: the chart's. */
  base?: BaseValues;
  /** Values of the chart `istiod`; `istiodFor` gives those that a catalog asks for. Default: the chart's. */
  istiod?: IstiodValues;
  /** Gateways at the mesh's edges. Default: none. */
  gateways?: IstioGatewayArgs[];
  /**
   * Kubernetes platform whose profile Istio's charts apply: `gke`, `k3d`, `k3s`, `microk8s`, `minikube` or `openshift`.
   * Default: none, which fits EKS, AKS, kind and most others.
   * https://istio.io/latest/docs/ambient/install/platform-prerequisites/
   */
  platform?: string;
  /** Istio's CNI node agent, installed between `base` and `istiod`. Default: none; each pod has an init container. */
  cni?: IstioCniArgs;
  /**
   * Names of the Secrets that pull Istio's images, which must exist in the namespaces of the control plane, of the
   * gateways, and of every injected pod. Default: none.
   */
  imagePullSecrets?: string[];
  /**
   * Whether the chart `base` is installed: the CRDs and the default validation webhook. Set it to false beside an Istio
   * that was installed otherwise, whose CRDs this control plane then uses. Default: true.
   */
  installBase?: boolean;
  /**
   * Further values of Istio's charts, for what the typed values have no name for. They are merged last: objects are
   * merged, null removes, everything else is replaced. Policies judge the result. Default: none.
   */
  values?: IstioChartValues;
}

/** Namespace of istiod where none is given. */
export const defaultNamespace = "istio-system";

/**
 * The Helm releases that the component `IstioControlPlane` installs, in their order: CRDs, the CNI node agent, istiods,
 * gateways. CRDs are of the newest version, which older control planes can use.
 */
export function istioReleases(args: IstioControlPlaneArgs): ReleaseSpec[] {
  const { version, repository = istioChartRepository, namespace = defaultNamespace, canary } = args;
  const { cni, platform, installBase = true, values = {} } = args;
  const newest = canary !== undefined && compare(canary.version, version) > 0 ? canary.version : version;
  const common = { version, repository };
  const own = istiodValues(args);
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
  const base: ReleaseSpec = {
    ...common,
    version: newest,
    name: "istio-base",
    chart: "base",
    namespace,
    values: merged({ ...args.base }, values.base),
  };
  return [
    ...(installBase ? [base] : []),
    ...(cni === undefined
      ? []
      : [
          {
            ...common,
            name: "istio-cni",
            chart: "cni",
            namespace: cniNamespace(cni, platform, namespace),
            values: merged(cniValues(cni, version, own), values.cni),
          },
        ]),
    istiod({ ...args, istiod: own }),
    ...(canary === undefined ? [] : [istiod({ ...canary, istiod: canaryValues(args, own, canary) })]),
    ...(args.gateways ?? []).map((gateway): ReleaseSpec => ({
      ...common,
      name: gateway.name,
      chart: "gateway",
      namespace: gateway.namespace ?? gateway.name,
      values: merged(
        {
          ...(args.revision === undefined ? {} : { revision: args.revision }),
          ...gatewayValues(gateway),
        },
        values.gateways?.[gateway.name] as object | undefined,
      ),
    })),
  ];
}

function merged(values: object, own: object = {}): Record<string, unknown> {
  return mergePatch(values, own) as Record<string, unknown>;
}

/** The values of istiod's chart with what the component's own arguments say of them. */
function istiodValues({
  istiod = {},
  cni,
  platform,
  imagePullSecrets,
  values,
}: IstioControlPlaneArgs): IstiodValues {
  const global = {
    ...(platform !== undefined && { platform }),
    ...(imagePullSecrets !== undefined && { imagePullSecrets }),
  };
  const asked = {
    ...(cni !== undefined && { cni: { enabled: true } }),
    ...(Object.keys(global).length > 0 && { global }),
  };
  return merged(merged(asked, istiod), values?.istiod);
}

/** The gateway's values with the topology in front of it, which its proxy reads from an annotation of its pod. */
function gatewayValues({ values = {}, numTrustedProxies, proxyProtocol = false }: IstioGatewayArgs): object {
  if (numTrustedProxies === undefined && !proxyProtocol) return values;
  const gatewayTopology = {
    ...(numTrustedProxies !== undefined && { numTrustedProxies }),
    ...(proxyProtocol && { proxyProtocol: {} }),
  };
  const podAnnotations = { "proxy.istio.io/config": JSON.stringify({ gatewayTopology }) };
  return merged({ podAnnotations }, values);
}

function canaryValues(
  { revisionTags = [] }: IstioControlPlaneArgs,
  istiod: IstiodValues,
  canary: IstioCanaryArgs,
): IstiodValues {
  // Each istiod's image and revision are its own.
  const shared = mergePatch(istiod, { revision: null, global: { tag: null } });
  const values = mergePatch(shared, canary.istiod ?? {});
  // The one without a revision injects the same namespaces as the tag `default`, and would have the last word.
  const superseded = canary.revision === undefined && revisionTags.includes("default");
  return mergePatch(values, superseded ? { global: { operatorManageWebhooks: true } } : {}) as IstiodValues;
}
