import { parseAllDocuments } from "yaml";
import type { Subject } from "../scope";
import { Field, UNKNOWN } from "./field";
import { isObject } from "./value";

/** A Kubernetes type with Pulumi's token: `kubernetes:security.istio.io/v1:PeerAuthentication`. */
export interface KubernetesType {
  /** The API group, such as `security.istio.io`. `core` for Kubernetes' core group. */
  readonly group: string;
  /** The API version, such as `v1`, `v1beta1`, `v1alpha3`. */
  readonly version: string;
  /** The kind, such as `PeerAuthentication`. The same for a patch. */
  readonly kind: string;
  /** True for `CustomResourcePatch` and similar types, which change only some fields of an object. */
  readonly patch: boolean;
}

/**
 * Parses a Pulumi type token. Undefined if it is not a Kubernetes object. Policies compare tokens rather than classes,
 * because `CustomResource`, generated SDKs, YAML files and programs in other languages have different classes.
 */
export function kubernetesType(token: string): KubernetesType | undefined {
  // Every policy parses the token of every resource, while a stack has few types.
  if (!types.has(token)) types.set(token, parseType(token));
  return types.get(token);
}

const types = new Map<string, KubernetesType | undefined>();

function parseType(token: string): KubernetesType | undefined {
  const [, group, version, kind, patch] =
    /^kubernetes:([^:/]+)\/([^:/]+):([A-Za-z0-9]+?)(Patch)?$/.exec(token) ?? [];
  if (group === undefined || version === undefined || kind === undefined) return undefined;
  return { group, version, kind, patch: patch !== undefined };
}

/** Whether the type is in one of Istio's API groups: networking, security, telemetry, extensions. */
export function isIstio({ group }: KubernetesType): boolean {
  return group.endsWith(".istio.io");
}

const isKind =
  (group: string, ...kinds: string[]) =>
  (type: KubernetesType): boolean =>
    type.group === group && kinds.includes(type.kind);

// Istio's kinds, in any API version.
export const isPeerAuthentication = isKind("security.istio.io", "PeerAuthentication");
export const isRequestAuthentication = isKind("security.istio.io", "RequestAuthentication");
export const isAuthorizationPolicy = isKind("security.istio.io", "AuthorizationPolicy");
export const isDestinationRule = isKind("networking.istio.io", "DestinationRule");
export const isVirtualService = isKind("networking.istio.io", "VirtualService");
/** Istio's Gateway, not the Gateway of the Kubernetes Gateway API. */
export const isGateway = isKind("networking.istio.io", "Gateway");
/** The HTTPRoute of the Kubernetes Gateway API. */
export const isHttpRoute = isKind("gateway.networking.k8s.io", "HTTPRoute");
export const isGrpcRoute = isKind("gateway.networking.k8s.io", "GRPCRoute");
export const isReferenceGrant = isKind("gateway.networking.k8s.io", "ReferenceGrant");
export const isBackendTlsPolicy = isKind("gateway.networking.k8s.io", "BackendTLSPolicy");
/** Further listeners of a Gateway of the Kubernetes Gateway API, in the standard and the experimental API. */
export function isListenerSet(type: KubernetesType): boolean {
  return (
    isKind("gateway.networking.k8s.io", "ListenerSet")(type) ||
    isKind("gateway.networking.x-k8s.io", "XListenerSet")(type)
  );
}
/** Any route of the Kubernetes Gateway API. */
export const isGatewayApiRoute = isKind(
  "gateway.networking.k8s.io",
  ...["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"],
);
/** The Gateway of the Kubernetes Gateway API. */
export const isGatewayApiGateway = isKind("gateway.networking.k8s.io", "Gateway");
export const isIngress = isKind("networking.k8s.io", "Ingress");
export const isSidecar = isKind("networking.istio.io", "Sidecar");
export const isWorkloadEntry = isKind("networking.istio.io", "WorkloadEntry");
export const isServiceEntry = isKind("networking.istio.io", "ServiceEntry");
export const isProxyConfig = isKind("networking.istio.io", "ProxyConfig");
export const isEnvoyFilter = isKind("networking.istio.io", "EnvoyFilter");
export const isWasmPlugin = isKind("extensions.istio.io", "WasmPlugin");
export const isTrafficExtension = isKind("extensions.istio.io", "TrafficExtension");
export const isTelemetry = isKind("telemetry.istio.io", "Telemetry");

/** Whether the type is an object whose patches `forbid-security-patches` refuses. */
export function isSecurityObject(type: KubernetesType): boolean {
  return [isAuthorizationPolicy, isPeerAuthentication, isRequestAuthentication, isSidecar].some((is) =>
    is(type),
  );
}

export const isConfigMap = isKind("core", "ConfigMap");
export const isSecret = isKind("core", "Secret");
/** The addresses of a Service, in either API. */
export function isEndpoints(type: KubernetesType): boolean {
  return isKind("core", "Endpoints")(type) || isKind("discovery.k8s.io", "EndpointSlice")(type);
}
export const isWebhook = isKind(
  "admissionregistration.k8s.io",
  "MutatingWebhookConfiguration",
  "ValidatingWebhookConfiguration",
);
/** A policy by which the API server, or Kyverno with the same fields, changes objects. */
export function isMutatingPolicy(type: KubernetesType): boolean {
  return (
    isKind("admissionregistration.k8s.io", "MutatingAdmissionPolicy")(type) ||
    isKind("policies.kyverno.io", "MutatingPolicy", "NamespacedMutatingPolicy")(type)
  );
}
/** The definition of a kind, which the API server applies to its objects. */
export const isDefinition = isKind("apiextensions.k8s.io", "CustomResourceDefinition");
/** A program that serves a group of the API in place of the API server. */
export const isApiService = isKind("apiregistration.k8s.io", "APIService");
/** Certificates that pods of all namespaces trust. */
export const isTrustBundle = isKind("certificates.k8s.io", "ClusterTrustBundle");
export const isNamespace = isKind("core", "Namespace");
export const isService = isKind("core", "Service");

/** Whether the type is the installation of an operator of Istio: Istio's own, Sail, OpenShift's and those of vendors. */
export function isOperatorResource({ group, kind }: KubernetesType): boolean {
  return OPERATORS.get(group)?.includes(kind) ?? false;
}

const OPERATORS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    "install.istio.io": ["IstioOperator"],
    "sailoperator.io": ["Istio", "IstioRevision", "IstioCNI", "ZTunnel"],
    "maistra.io": ["ServiceMeshControlPlane"],
    "servicemesh.cisco.com": ["IstioControlPlane", "IstioMesh"],
    "admin.gloo.solo.io": ["IstioLifecycleManager", "GatewayLifecycleManager"],
    "operator.gloo.solo.io": ["ServiceMeshController"],
  }),
);

/** A release of Flagger, which creates VirtualServices and DestinationRules for it. */
export const isCanary = isKind("flagger.app", "Canary");

/** Whether the type is a Helm release, whose inputs contain the chart's values but none of its objects. */
export const isHelmRelease = isKind("helm.sh", "Release");

/** A Kubernetes object or Helm release. */
export interface KubernetesResource extends Subject {
  readonly type: KubernetesType;
  /** The resource in messages: kind, namespace and name, such as `DestinationRule shop/catalog`. */
  readonly title: string;
  /** The resource's URN. */
  readonly urn: string;
  /** The resource's properties. */
  readonly fields: Field;
  /** The unknown values that judgements have read, keyed by message. */
  readonly unknowns: ReadonlyMap<string, Error>;
}

/** The arguments that the engine passes to a policy. */
interface EngineResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly props: Record<string, unknown>;
}

/**
 * Reads the arguments that the engine passes to a policy: an object, or the items of a list such as
 * `AuthorizationPolicyList`. None if they are not a Kubernetes object. None without properties, either: the engine passes the
 * resources so that `--target` and `--exclude` leave out of a run before they exist.
 */
export function kubernetesResources(args: EngineResource): KubernetesResource[] {
  const token = kubernetesType(args.type);
  if (token === undefined || Object.keys(args.props).length === 0) return [];
  const read = (path: readonly (string | number)[], type: KubernetesType): KubernetesResource[] => {
    const unknowns = new Map<string, Error>();
    const fields = Field.of(args.props, unknowns).at(...path);
    const own = typeOf(type, fields);
    if (!own.kind.endsWith("List")) return [resourceOf(args, own, fields, unknowns)];
    const items = fields.at("items");
    // An unknown list may contain any object, so it is undecided for all policies of its kind.
    if (items.peek === UNKNOWN) return [resourceOf(args, itemOf(own), items, unknowns)];
    return items.children().flatMap((_, index) => read([...path, "items", index], itemOf(own)));
  };
  return read([], token);
}

/**
 * The objects of Istio in an object of another project, which a tool creates from it: Crossplane, Kyverno, Open Cluster
 * Management. They are judged one by one only, because only the tool decides whether and where it creates them.
 */
export function embeddedObjects(resource: KubernetesResource): KubernetesResource[] {
  if (!isForeignGroup(resource.type.group) && !isHelmRelease(resource.type)) return [];
  const read = (field: Field): KubernetesResource[] => {
    const [apiVersion, kind] = [field.at("apiVersion").peek, field.at("kind").peek];
    if (typeof apiVersion !== "string" || typeof kind !== "string" || !isIstioVersion(apiVersion)) {
      if (typeof field.peek === "string") return manifestsIn(field.peek).flatMap(read);
      return field.peek === UNKNOWN ? [] : field.children().flatMap(read);
    }
    const [version = "", group = ""] = apiVersion.split("/").reverse();
    // Kyverno keeps the fields of an object in data.
    const object = [field, field.at("data")].find((one) => one.at("spec").isSet);
    const type = { group, version, kind, patch: false };
    return object === undefined
      ? []
      : [resourceOf({ name: nameOf(field), urn: resource.urn }, type, object, resource.unknowns)];
  };
  const nameOf = (field: Field): string => text(field.at("name").peek) ?? resource.name ?? "";
  return resource.fields.children().flatMap(read);
}

/** The manifests in a text that contains objects of Istio. */
function manifestsIn(text: string): Field[] {
  if (!text.includes(".istio.io/")) return [];
  if (!/^[\s-]*["']?apiVersion["']?\s*:\s*["']?\w+\.istio\.io\//m.test(text)) return [];
  try {
    return parseAllDocuments(text, { version: "1.1", uniqueKeys: false, logLevel: "error" }).flatMap(
      (document) => {
        const value: unknown = document.toJS();
        return isObject(value) ? [Field.of(value, new Map())] : [];
      },
    );
  } catch {
    return [];
  }
}

/** Whether a group is of another project than Kubernetes and Istio, by the form of its name. */
export function isForeignGroup(group: string): boolean {
  return group.includes(".") && !/(^|\.)(istio|k8s)\.io$|^helm\.sh$/.test(group);
}

function isIstioVersion(apiVersion: string): boolean {
  return /^(networking|security|telemetry|extensions)\.istio\.io\//.test(apiVersion);
}

/** The type of a list's items that have no type of their own. */
function itemOf(list: KubernetesType): KubernetesType {
  return { ...list, kind: list.kind.replace(/List$/, "") };
}

/** The type in the object's own apiVersion and kind, which the provider applies, else that of the token. */
function typeOf(token: KubernetesType, object: Field): KubernetesType {
  const [apiVersion, kind] = [object.at("apiVersion").peek, object.at("kind").peek];
  if (typeof apiVersion !== "string" || typeof kind !== "string" || isHelmRelease(token)) return token;
  const [version = "", group = "core"] = apiVersion.split("/").reverse();
  return { group, version, kind, patch: token.patch };
}

function resourceOf(
  args: Pick<EngineResource, "name" | "urn">,
  type: KubernetesType,
  fields: Field,
  unknowns: ReadonlyMap<string, Error>,
): KubernetesResource {
  const identity = isHelmRelease(type) ? fields : fields.at("metadata");
  const namespace = text(identity.at("namespace").peek);
  const name = text(identity.at("name").peek);
  const title = `${type.kind} ${namespace === undefined ? "" : `${namespace}/`}${name ?? args.name}`;
  return {
    type,
    title,
    name,
    namespace,
    labels: labelsOf(fields.at("metadata", "labels")),
    urn: args.urn,
    fields,
    unknowns,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The labels that are known. */
export function labelsOf(labels: Field): Record<string, unknown> {
  return Object.fromEntries(Object.keys(labels.peek ?? {}).map((label) => [label, labels.at(label).peek]));
}

/**
 * The error that reports unknown values to the engine. The engine prints it as an advisory, regardless of the policy's
 * level, and runs the policy again during the update, when the values are known.
 * https://github.com/pulumi/pulumi-policy/issues/181
 */
export function undecided(resources: readonly KubernetesResource[]): Error {
  const unknowns = resources.flatMap(({ title, unknowns }) =>
    [...unknowns].map((entry) => [title, ...entry] as const),
  );
  const [first] = unknowns;
  if (first === undefined) throw new Error("undecided() requires a resource with unknown values.");
  // The engine recognizes the error by its class, whose constructor `@pulumi/policy` does not export.
  return Object.assign(first[2], {
    message: unknowns.map(([title, text]) => `${title}: ${text}`).join("; "),
  });
}
