import { z } from "zod";
import { facts } from "../policy-pack/facts";
import { type Alerts, type AlertsDefinition, alertsSchema } from "./alerts";
import { type Certificates, type CertificatesDefinition, certificatesSchema } from "./certificates";
import {
  type ExternalService,
  type ExternalServiceDefinition,
  externalServiceSchema,
} from "./externalService";
import { type Gateway, type GatewayDefinition, gatewaySchema } from "./gateway";
import {
  type RateLimitService,
  type RateLimitServiceDefinition,
  rateLimitServiceSchema,
} from "./globalRateLimit";
import { type JwtRule, type JwtRuleDefinition, jwtRuleSchema } from "./jwt";
import {
  type NetworkPolicies,
  type NetworkPoliciesDefinition,
  networkPoliciesSchema,
} from "./networkPolicies";
import { type Service, type ServiceDefinition, serviceSchema } from "./service";
import type { Shape } from "./shape";
import { type Telemetry, type TelemetryDefinition, telemetrySchema } from "./telemetry";
import { typedTextOf } from "./text";

/** A whole platform: its services, who calls whom, its entrances, and what holds for all of them. */
export interface MeshDefinition {
  /**
   * Path or URL of the JSON Schema that an editor checks a catalog in JSON or YAML against. Default: none.
   *
   * @see https://json-schema.org/
   */
  readonly $schema?: string;
  /** The platform's name, a DNS label. */
  readonly name: string;
  /**
   * What the mesh is for. `staging` is built like `prod`, so that what passes there passes in prod, and tried out like
   * `dev`: it may have faults injected, which `prod` refuses. Default: prod.
   */
  readonly environment?: Environment;
  /** Namespace of services and gateways that don't name another. Default: `name`. */
  readonly namespace?: string;
  /**
   * Namespaces of services or gateways that this catalog does not own, since other catalogs or tools have objects in
   * them. The catalog then renders no Namespace and nothing that applies to foreign pods: default deny, STRICT mutual
   * TLS, telemetry and NetworkPolicies select the pods of its services instead. Their owner labels the namespaces for
   * injection; Deployments of the catalog join the mesh by labels of their pods. `default`, `kube-*`, the root namespace
   * and the namespaces of gateways are always shared. Default: none; the catalog owns its namespaces.
   */
  readonly sharedNamespaces?: readonly string[];
  /**
   * Revision of the control plane that injects the proxies, for the namespaces' label `istio.io/rev`.
   * Default: none; then the label is `istio-injection: enabled`.
   *
   * @see https://istio.io/latest/docs/setup/upgrade/canary/
   */
  readonly revision?: string;
  /**
   * Exact version of Istio that the mesh runs. Filters of Envoy, such as rate limits, are for its proxies only: Istio
   * hands them to no proxy of another minor version, whose Envoy may read them in another way. A stack's setting
   * `istioVersion` takes the place of it. Default: the version in docs/versions.md.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-ProxyMatch
   */
  readonly istioVersion?: IstioVersion;
  /**
   * Version of a second control plane's proxies during an upgrade: filters of Envoy are for them, too. A stack's setting
   * `canary` takes the place of it. Default: none.
   *
   * @see https://istio.io/latest/docs/setup/upgrade/canary/
   */
  readonly canaryIstioVersion?: IstioVersion;
  /** Namespace of the control plane, whose policies hold for the whole mesh. Default: `istio-system`. */
  readonly rootNamespace?: string;
  /**
   * Trust domain of the mesh, the first part of every identity in it: `<trust domain>/ns/<namespace>/sa/<account>`. It
   * must be the control plane's `trustDomain`, and can't have wildcards. Default: `cluster.local`.
   *
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-trust_domain
   */
  readonly trustDomain?: string;
  readonly services: Readonly<Record<string, ServiceDefinition>>;
  /** Hosts outside of the mesh, by the name that `calls` use. Default: none; then nothing leaves the mesh. */
  readonly externalServices?: Readonly<Record<string, ExternalServiceDefinition>>;
  /** By name. Default: none; then nothing comes in. */
  readonly gateways?: Readonly<Record<string, GatewayDefinition>>;
  /** Issuers of end users' tokens. Default: none; then no call can ask for one. */
  readonly jwtRules?: readonly JwtRuleDefinition[];
  /** Who counts for the services' `globalRateLimits`. Default: nobody; then there can be none. */
  readonly rateLimitService?: RateLimitServiceDefinition;
  /** What the proxies report. Default: what Istio's own configuration says. */
  readonly telemetry?: TelemetryDefinition;
  /**
   * From when on the platform's state is worth waking somebody. Services may say something else. Default: those of
   * {@link AlertsDefinition}.
   */
  readonly alerts?: AlertsDefinition;
  /** How long the proxies' certificates live. Default: those of {@link CertificatesDefinition}. */
  readonly certificates?: CertificatesDefinition;
  /** Default: none; then only the proxies decide who reaches whom. */
  readonly networkPolicies?: NetworkPoliciesDefinition;
  /**
   * Whatever the catalog has no word for, by the object's kind and its `namespace/name` (or `name` where the
   * kind has no namespace): a JSON merge patch of the rendered object, where null removes a field. One of
   * an object that isn't rendered is an error. Default: none.
   *
   * @see https://www.rfc-editor.org/rfc/rfc7386
   */
  readonly overrides?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  /** Warnings that are accepted. Default: none. */
  readonly suppressions?: readonly SuppressionDefinition[];
}

export type IstioVersion = `${number}.${number}.${number}`;

/** The version of Istio that is installed, and that filters are for, unless a stack or a catalog sets another one. */
export const defaultIstioVersion: IstioVersion = facts.istio.version;

export type Environment = (typeof environments)[number];

/** What a mesh may be for. */
export const environments = ["dev", "staging", "prod"] as const;

/** A warning that is accepted, and why. It is itself reported when nothing needs it any more. */
export interface SuppressionDefinition {
  /** The finding's code, such as `MW402`. */
  readonly code: string;
  /** The finding's path in the catalog, or one above it. */
  readonly path: string;
  readonly reason: string;
}

/** A catalog in which every default is resolved: plain data, with services, gateways and edges sorted. */
export interface Mesh {
  readonly name: string;
  readonly environment: Environment;
  readonly namespace: string;
  /** Every namespace that holds services or gateways. */
  readonly namespaces: readonly string[];
  /** Those of {@link Mesh.namespaces} that the catalog owns. In the others it renders nothing that applies to all pods. */
  readonly ownNamespaces: readonly string[];
  readonly revision?: string;
  readonly istioVersion: IstioVersion;
  readonly canaryIstioVersion?: IstioVersion;
  readonly rootNamespace: string;
  readonly trustDomain: string;
  readonly services: readonly Service[];
  readonly externalServices: readonly ExternalService[];
  readonly gateways: readonly Gateway[];
  readonly jwtRules: readonly JwtRule[];
  readonly rateLimitService?: RateLimitService;
  readonly telemetry?: Telemetry;
  readonly alerts: Alerts;
  readonly certificates: Certificates;
  readonly networkPolicies?: NetworkPolicies;
  readonly overrides: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

export const suppressionSchema: z.ZodType<SuppressionDefinition> = z.strictObject({
  code: z.string(),
  path: z.string(),
  reason: z.string().min(1),
} satisfies Shape<SuppressionDefinition>);

/** An exact version of Istio: major, minor and patch. */
export const istioVersionSchema: z.ZodType<IstioVersion> = typedTextOf<IstioVersion>(
  /^\d+\.\d+\.\d+$/,
  `write an exact version, such as "${defaultIstioVersion}"`,
);

/** The form of a catalog: names, types and values of fields. What they refer to is for the checks. */
export const meshSchema: z.ZodType<MeshDefinition> = z.strictObject({
  $schema: z.string().optional(),
  name: z.string(),
  environment: z.enum(environments).optional(),
  namespace: z.string().optional(),
  sharedNamespaces: z.array(z.string()).min(1).optional(),
  revision: z.string().optional(),
  istioVersion: istioVersionSchema.optional(),
  canaryIstioVersion: istioVersionSchema.optional(),
  rootNamespace: z.string().optional(),
  trustDomain: z.string().optional(),
  services: z.record(z.string(), serviceSchema),
  externalServices: z.record(z.string(), externalServiceSchema).optional(),
  gateways: z.record(z.string(), gatewaySchema).optional(),
  jwtRules: z.array(jwtRuleSchema).min(1).optional(),
  rateLimitService: rateLimitServiceSchema.optional(),
  telemetry: telemetrySchema.optional(),
  alerts: alertsSchema.optional(),
  certificates: certificatesSchema.optional(),
  networkPolicies: networkPoliciesSchema.optional(),
  overrides: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).optional(),
  suppressions: z.array(suppressionSchema).optional(),
} satisfies Shape<MeshDefinition>);

/** The fields of a mesh that follow from its own settings alone. */
export type MeshSettings = Pick<
  Mesh,
  | "name"
  | "environment"
  | "namespace"
  | "revision"
  | "istioVersion"
  | "canaryIstioVersion"
  | "rootNamespace"
  | "trustDomain"
  | "overrides"
>;

/** Resolves the defaults of the settings. */
export function normalizeSettings(definition: MeshDefinition): MeshSettings {
  const { name, revision, canaryIstioVersion } = definition;
  return {
    name,
    environment: definition.environment ?? "prod",
    namespace: definition.namespace ?? name,
    ...(revision !== undefined && { revision }),
    istioVersion: definition.istioVersion ?? defaultIstioVersion,
    ...(canaryIstioVersion !== undefined && { canaryIstioVersion }),
    rootNamespace: definition.rootNamespace ?? "istio-system",
    trustDomain: definition.trustDomain ?? "cluster.local",
    overrides: definition.overrides ?? {},
  };
}
