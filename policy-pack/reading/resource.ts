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
  const [, group, version, kind, patch] =
    /^kubernetes:([^:/]+)\/([^:/]+):([A-Za-z0-9]+?)(Patch)?$/.exec(token) ?? [];
  if (group === undefined || version === undefined || kind === undefined) return undefined;
  return { group, version, kind, patch: patch !== undefined };
}

/** Whether the type is one of Istio's own: networking, security, telemetry, extensions. */
export function isIstio({ group }: KubernetesType): boolean {
  return group.endsWith(".istio.io");
}

/** Whether the type is Istio's PeerAuthentication, in whichever API version. */
export function isPeerAuthentication({ group, kind }: KubernetesType): boolean {
  return group === "security.istio.io" && kind === "PeerAuthentication";
}

/** Whether the type is Istio's DestinationRule, in whichever API version. */
export function isDestinationRule({ group, kind }: KubernetesType): boolean {
  return group === "networking.istio.io" && kind === "DestinationRule";
}

/** Whether the type is a Helm release, whose inputs hold the chart's values but none of its objects. */
export function isHelmRelease({ group, kind }: KubernetesType): boolean {
  return group === "helm.sh" && kind === "Release";
}

/** A Kubernetes object or Helm release, as a policy sees it. */
export interface KubernetesResource {
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
  const namespace = identity.at("namespace").peek;
  const name = identity.at("name").peek;
  const path = [namespace, typeof name === "string" ? name : args.name].filter(
    (part) => typeof part === "string",
  );
  return { type, title: `${type.kind} ${path.join("/")}`, urn: args.urn, fields, unknowns };
}
