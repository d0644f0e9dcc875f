import compare from "semver/functions/compare";
import { defaultRootNamespace } from "../catalog";
import { mergePatch } from "../mesh";
import { facts } from "../policy-pack/facts";
import type { ReleaseSpec } from "./releaseSpec";
import { cniNamespace, cniValues, type IstioCniArgs } from "./istioCni";
import { istiodName } from "./revisionTag";
import type { BaseValues, GatewayValues, IstiodValues } from "./values";

/** The Helm repository in which Istio publishes its charts. */
export const istioChartRepository = facts.istio.charts.repository;

/** An ingress or egress gateway: a proxy at the edge of the mesh, as one Helm release in its own namespace. */
export interface IstioGatewayArgs {
  /**
   * Name of the release and of its service account. It is also the namespace, unless `namespace` is set. The chart
   * labels its pods `istio: <name without the prefix "istio-">`, which a Gateway object selects.
   */
  name: string;
  /** Namespace. Default: the gateway's name. */
  namespace?: string;
  /** Values of the chart `gateway`. Default: the chart's. */
  values?: GatewayValues;
  /**
   * Number of trusted proxies in front of the gateway that append to `X-Forwarded-For`, such as 1 for an HTTP load
   * balancer. The gateway reads the client's address from this position, counted from the right. With a wrong number,
   * clients can forge their address. Default: 0; the client is the connection's peer.
   * https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
   */
  numTrustedProxies?: number;
  /**
   * Whether connections start with a PROXY protocol header, which preserves the client's address behind a TCP load
   * balancer. If it is true and the load balancer doesn't send the header, the gateway rejects every connection.
   * Default: false.
   */
  proxyProtocol?: boolean;
}

/** Further values of Istio's charts, keyed by chart, with any name. */
export interface IstioChartValues {
  /** Values of the chart `base`. Default: none. */
  base?: Record<string, any>;
  /** Values of the chart `cni`; needs the component's `cni`. Default: none. */
  cni?: Record<string, any>;
  /** Values of the chart `istiod`. Default: none. */
  istiod?: Record<string, any>;
  /** Values of the chart `gateway`, keyed by the gateway's name. Default: none. */
  gateways?: Record<string, any>;
}

/** A second istiod with another revision. */
export interface IstioCanaryArgs {
  /** Exact version of its chart. */
  version: string;
  /** Revision of the second istiod. Default: none, the control plane without a revision. */
  revision?: string;
  /** Values of its chart, merged over those of the component's own istiod. Default: none. */
  istiod?: IstiodValues;
}

/**
 * Arguments of the component `IstioControlPlane`. All are plain values, because a preview reads them to find the
 * charts' CRDs.
 */
export interface IstioControlPlaneArgs {
  /** Exact version of Istio's charts, not a range. */
  version: string;
  /** Helm repository that serves the charts, for example a mirror. Default: Istio's own. */
  repository?: string;
  /** Namespace of istiod, the root namespace of the mesh. Default: `istio-system`. */
  namespace?: string;
  /**
   * Revision, which allows two control planes side by side during an upgrade. Default: none; namespaces use the label
   * `istio-injection: enabled`.
   */
  revision?: string;
  /**
   * Revision tags: stable names of the revision, which namespaces use instead of it. `default` stands for the label
   * `istio-injection: enabled`. Default: none.
   */
  revisionTags?: string[];
  /**
   * A second istiod during an upgrade. First it is the new one, then, after the switch, the old one until it has no
   * proxies left. Gateways, tags and the validation webhook use the component's own revision. Default: none.
   */
  canary?: IstioCanaryArgs;
  /**
   * Mode of the mesh-wide PeerAuthentication: `STRICT`, or `PERMISSIVE` while workloads move into the mesh one by one.
   * With `PERMISSIVE`, workloads that no other PeerAuthentication selects also accept plaintext; the policy pack
   * reports it. Default: `STRICT`. https://istio.io/latest/docs/tasks/security/authentication/mtls-migration/
   */
  mtlsMode?: string;
  /**
   * Catalogs that the control plane serves, as `defineMesh` returns them. If these arguments contradict a catalog (root
   * namespace, trust domain, revision, namespaces of gateways, minor version), that is an error with both values. It
   * occurs before any resource is registered. Default: none; nothing is compared.
   */
  catalogs?: Record<string, any>[];
  /** Time in seconds that each release may take to become ready; then the run fails. Default: 300. */
  timeoutSeconds?: number;
  /** Values of the chart `base`. Default: the chart's. */
  base?: BaseValues;
  /** Values of the chart `istiod`. `istiodFor` returns those that a catalog requires. Default: the chart's. */
  istiod?: IstiodValues;
  /** Ingress and egress gateways. Default: none. */
  gateways?: IstioGatewayArgs[];
  /**
   * Kubernetes platform whose profile Istio's charts apply: `gke`, `k3d`, `k3s`, `microk8s`, `minikube` or `openshift`.
   * Default: none, which fits EKS, AKS, kind and most others.
   * https://istio.io/latest/docs/ambient/install/platform-prerequisites/
   */
  platform?: string;
  /**
   * Istio's CNI node agent, installed between `base` and `istiod`. Default: none; each pod has an init container
   * instead.
   */
  cni?: IstioCniArgs;
  /**
   * Names of the Secrets that pull Istio's images. They must exist in the namespaces of the control plane, of the
   * gateways, and of every injected pod. Default: none; images are pulled without credentials.
   */
  imagePullSecrets?: string[];
  /**
   * Whether to install the chart `base`: the CRDs and the default validation webhook. Set it to false beside an
   * existing Istio, whose CRDs this control plane then uses. Default: true.
   */
  installBase?: boolean;
  /**
   * Further values of Istio's charts, for values without a type. They are merged last: objects are merged, null removes
   * a value, and everything else is replaced. Policies judge the result. Default: none.
   */
  values?: IstioChartValues;
}

/** The default namespace of istiod. */
export const defaultNamespace = defaultRootNamespace;

/**
 * Returns the Helm releases that the component `IstioControlPlane` installs, in order: CRDs, the CNI node agent,
 * istiods, gateways. The CRDs are those of the newest version, which older control planes support.
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

/** Returns the values of istiod's chart, with those that the component's other arguments set. */
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

/** Returns the gateway's values with its network topology, which the proxy reads from an annotation of its pod. */
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
  // Each istiod has its own image and revision.
  const shared = mergePatch(istiod, { revision: null, global: { tag: null } });
  const values = mergePatch(shared, canary.istiod ?? {});
  // The istiod without a revision injects the same namespaces as the tag `default`, and would take precedence.
  const superseded = canary.revision === undefined && revisionTags.includes("default");
  return mergePatch(values, superseded ? { global: { operatorManageWebhooks: true } } : {}) as IstiodValues;
}
