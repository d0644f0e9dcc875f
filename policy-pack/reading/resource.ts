import type { Subject } from "../scope";
import { Field } from "./field";

/** A Kubernetes type as Pulumi names it: `kubernetes:security.istio.io/v1:PeerAuthentication`. */
export interface KubernetesType {
  /** The API group, such as `security.istio.io`; `core` for Kubernetes' own core group. */
  readonly group: string;
  /** The API version, such as `v1`, `v1beta1`, `v1alpha3`. */
  readonly version: string;
  /** The kind, such as `PeerAuthentication`, also if the resource is a patch of one. */
  readonly kind: string;
  /** True for `CustomResourcePatch` and its like, which change some fields of an object and leave the others. */
  readonly patch: boolean;
}

/**
 * Reads a Pulumi type token; undefined if it is not a Kubernetes object. Tokens are compared rather than classes:
 * `CustomResource` carries no type of its own, and generated SDKs, YAML files and programs in other languages have
 * classes that this pack cannot know.
 */
export function kubernetesType(token: string): KubernetesType | undefined {
  // Every policy asks for every resource, while a stack has few types.
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

/** Whether the type is one of Istio's own: networking, security, telemetry, extensions. */
export function isIstio({ group }: KubernetesType): boolean {
  return group.endsWith(".istio.io");
}

const isKind =
  (group: string, ...kinds: string[]) =>
  (type: KubernetesType): boolean =>
    type.group === group && kinds.includes(type.kind);

// Istio's kinds, each in whichever API version.
export const isPeerAuthentication = isKind("security.istio.io", "PeerAuthentication");
export const isRequestAuthentication = isKind("security.istio.io", "RequestAuthentication");
export const isAuthorizationPolicy = isKind("security.istio.io", "AuthorizationPolicy");
export const isDestinationRule = isKind("networking.istio.io", "DestinationRule");
export const isVirtualService = isKind("networking.istio.io", "VirtualService");
/** Istio's Gateway, not that of the Kubernetes Gateway API. */
export const isGateway = isKind("networking.istio.io", "Gateway");
export const isSidecar = isKind("networking.istio.io", "Sidecar");
export const isServiceEntry = isKind("networking.istio.io", "ServiceEntry");
export const isEnvoyFilter = isKind("networking.istio.io", "EnvoyFilter");
export const isWasmPlugin = isKind("extensions.istio.io", "WasmPlugin");
export const isTrafficExtension = isKind("extensions.istio.io", "TrafficExtension");
export const isTelemetry = isKind("telemetry.istio.io", "Telemetry");

export const isNamespace = isKind("core", "Namespace");
export const isService = isKind("core", "Service");

/** Whether the type is a Helm release, whose inputs hold the chart's values but none of its objects. */
export const isHelmRelease = isKind("helm.sh", "Release");

/** A Kubernetes object or Helm release, as a policy sees it. */
export interface KubernetesResource extends Subject {
  readonly type: KubernetesType;
  /** How messages name it: kind, namespace and name, such as `DestinationRule shop/catalog`. */
  readonly title: string;
  /** Pulumi's name for it. */
  readonly urn: string;
  /** Its properties. */
  readonly fields: Field;
  /** The unknown values that judgements asked for, by message; grows while judging. */
  readonly unknowns: ReadonlyMap<string, Error>;
}

/** Reads what the engine hands to a policy; undefined if it is not a Kubernetes object. */
export function kubernetesResource(args: {
  type: string;
  name: string;
  urn: string;
  props: Record<string, unknown>;
}): KubernetesResource | undefined {
  const type = kubernetesType(args.type);
  if (type === undefined) return undefined;
  const unknowns = new Map<string, Error>();
  const fields = Field.of(args.props, unknowns);
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
function labelsOf(labels: Field): Record<string, unknown> {
  return Object.fromEntries(Object.keys(labels.peek ?? {}).map((label) => [label, labels.at(label).peek]));
}

/**
 * The error by which the engine notices that a policy met unknown values. It then tells so as an advisory, whatever the
 * policy's level, and asks again during the update, when the values are known.
 * https://github.com/pulumi/pulumi-policy/issues/181
 */
export function undecided(resources: readonly KubernetesResource[]): Error {
  const unknowns = resources.flatMap(({ title, unknowns }) =>
    [...unknowns].map((entry) => [title, ...entry] as const),
  );
  const [first] = unknowns;
  if (first === undefined) throw new Error("No judgement is open without an unknown value.");
  // The engine recognizes the error by its class, which `@pulumi/policy` does not let others construct.
  return Object.assign(first[2], {
    message: unknowns.map(([title, text]) => `${title}: ${text}`).join("; "),
  });
}
