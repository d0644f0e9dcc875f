import { z } from "zod";
import { facts } from "../policy-pack/facts";
import { type Alerts, type AlertsDefinition, alertsSchema } from "./alerts";
import { type AuthorizationMode, authorizationModeSchema } from "./authorization";
import { type Certificates, type CertificatesDefinition, certificatesSchema } from "./certificates";
import { type Delegate, type DelegateDefinition, delegateSchema } from "./delegate";
import { type Environment, environments } from "./environments";
import {
  type ExtensionProvider,
  type ExtensionProviderDefinition,
  extensionProviderSchema,
} from "./extAuthz";
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
import { dnsLabel, typedTextOf } from "./text";

/** The catalog of a platform: its services, their calls, its gateways, and the settings of the mesh. */
export interface MeshDefinition {
  /**
   * Path or URL of the JSON Schema by which an editor validates a catalog in JSON or YAML. Default: none.
   *
   * @see https://json-schema.org/
   */
  readonly $schema?: string;
  /** Name of the platform, a DNS label. It is the default of `namespace`. */
  readonly name: string;
  /**
   * The environment. `staging` is built like `prod`, so that a change can be tested there, but allows fault injection,
   * which `prod` rejects. Default: prod.
   */
  readonly environment?: Environment;
  /** Namespace of services and gateways that don't set another one. Default: `name`. */
  readonly namespace?: string;
  /**
   * Namespaces of services or gateways that the catalog does not own, because other catalogs or tools have objects in
   * them. There the catalog renders no Namespace and no policy for a whole namespace. Instead, default deny, STRICT
   * mutual TLS, telemetry and NetworkPolicies select the pods of its services. The owner labels the namespaces for
   * injection; Deployments of the catalog join the mesh by pod labels. `default`, `kube-*`, the root namespace and the
   * namespaces of gateways are always shared. Default: none; the catalog owns its namespaces.
   */
  readonly sharedNamespaces?: readonly string[];
  /**
   * Revision of the control plane that injects the proxies. It is rendered to the namespaces' label `istio.io/rev`.
   * Default: none; the label `istio-injection: enabled` is rendered then.
   *
   * @see https://istio.io/latest/docs/setup/upgrade/canary/
   */
  readonly revision?: string;
  /**
   * Exact version of Istio that the mesh runs. EnvoyFilters, such as those for rate limits, apply to proxies of this
   * minor version only, because another version of Envoy may read them differently. A stack's setting `istioVersion`
   * overrides it. Default: the version in docs/versions.md.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/envoy-filter/#EnvoyFilter-ProxyMatch
   */
  readonly istioVersion?: IstioVersion;
  /**
   * Version of a second control plane during an upgrade, to whose proxies EnvoyFilters also apply. A stack's setting
   * `canary` overrides it. Default: none.
   *
   * @see https://istio.io/latest/docs/setup/upgrade/canary/
   */
  readonly canaryIstioVersion?: IstioVersion;
  /**
   * Root namespace of the mesh, in which the control plane is. Policies in it apply to the whole mesh.
   * Default: `istio-system`.
   */
  readonly rootNamespace?: string;
  /**
   * Trust domain of the mesh, the first part of every identity: `<trust domain>/ns/<namespace>/sa/<service account>`.
   * It must be the control plane's `trustDomain`, without wildcards. Default: `cluster.local`.
   *
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-trust_domain
   */
  readonly trustDomain?: string;
  /**
   * Whether the AuthorizationPolicies are enforced. Set `dryRun` for a mesh whose call graph is not known completely.
   * All policies of the catalog, also the default deny, are then a dry run, and deny nothing. The Sidecars make every
   * service of the mesh reachable, so that undeclared calls are seen. A service with `authorization: "enforced"` is
   * enforced already. Default: `enforced`.
   */
  readonly authorization?: AuthorizationMode;
  readonly services: Readonly<Record<string, ServiceDefinition>>;
  /**
   * Hosts outside of the mesh, keyed by the name that `calls` use. Default: none; no traffic can leave the mesh then.
   */
  readonly externalServices?: Readonly<Record<string, ExternalServiceDefinition>>;
  /** Ingress gateways, keyed by name. Default: none; no request can enter the mesh then. */
  readonly gateways?: Readonly<Record<string, GatewayDefinition>>;
  /** Routes of hosts that other catalogs own and delegate to this one, keyed by a name. Default: none. */
  readonly delegates?: Readonly<Record<string, DelegateDefinition>>;
  /** Issuers of end-user tokens. Default: none; no call can require a token then. */
  readonly jwtRules?: readonly JwtRuleDefinition[];
  /**
   * The service that counts requests for `globalRateLimits`. Default: none; services can't have global rate limits
   * then.
   */
  readonly rateLimitService?: RateLimitServiceDefinition;
  /** External authorizers, keyed by name. Default: none; nothing can have `extAuthz` then. */
  readonly extensionProviders?: Readonly<Record<string, ExtensionProviderDefinition>>;
  /** What proxies report: metrics, traces and access logs. Default: what Istio's configuration sets. */
  readonly telemetry?: TelemetryDefinition;
  /** Alert thresholds of all services, which a service can override. Default: those of {@link AlertsDefinition}. */
  readonly alerts?: AlertsDefinition;
  /** Lifetime and renewal of workload certificates. Default: those of {@link CertificatesDefinition}. */
  readonly certificates?: CertificatesDefinition;
  /**
   * NetworkPolicies, which enforce the call graph in addition to the proxies. Default: none; only the proxies enforce
   * it.
   */
  readonly networkPolicies?: NetworkPoliciesDefinition;
  /**
   * Overrides of rendered objects, keyed by kind and `namespace/name`, or `name` for a kind without a namespace. Each
   * is a JSON merge patch, in which null removes a field. An override of an object that is not rendered is an error.
   * Default: none.
   *
   * @see https://www.rfc-editor.org/rfc/rfc7386
   */
  readonly overrides?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
  /** Suppressed warnings and infos. Default: none. */
  readonly suppressions?: readonly SuppressionDefinition[];
}

export type IstioVersion = `${number}.${number}.${number}`;

/**
 * The version of Istio that is installed, and to which EnvoyFilters apply, unless a stack or a catalog sets another
 * one.
 */
export const defaultIstioVersion: IstioVersion = facts.istio.version;

/** A suppressed warning or info, with the reason. A suppression that matches no finding is itself reported. */
export interface SuppressionDefinition {
  /** The finding's code, such as `MW402`. */
  readonly code: string;
  /** The finding's path in the catalog, or one above it. */
  readonly path: string;
  readonly reason: string;
}

/** A catalog with its defaults resolved: plain data, with sorted services, gateways and edges. */
export interface Mesh {
  readonly name: string;
  readonly environment: Environment;
  readonly namespace: string;
  /** The namespaces of services and gateways. */
  readonly namespaces: readonly string[];
  /** The namespaces that the catalog owns. In the others it renders no object that applies to all pods. */
  readonly ownNamespaces: readonly string[];
  readonly revision?: string;
  readonly istioVersion: IstioVersion;
  readonly canaryIstioVersion?: IstioVersion;
  readonly rootNamespace: string;
  readonly trustDomain: string;
  readonly authorization: AuthorizationMode;
  readonly services: readonly Service[];
  readonly externalServices: readonly ExternalService[];
  readonly gateways: readonly Gateway[];
  /** Delegated routes, sorted by name. */
  readonly delegates: readonly Delegate[];
  readonly jwtRules: readonly JwtRule[];
  readonly rateLimitService?: RateLimitService;
  /** External authorizers, sorted by name. */
  readonly extensionProviders: readonly ExtensionProvider[];
  readonly telemetry?: Telemetry;
  readonly alerts: Alerts;
  readonly certificates: Certificates;
  readonly networkPolicies?: NetworkPolicies;
  readonly overrides: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

const suppressionSchema: z.ZodType<SuppressionDefinition> = z.strictObject({
  code: z.string(),
  path: z.string(),
  reason: z.string().min(1),
} satisfies Shape<SuppressionDefinition>);

/** An exact version of Istio: major, minor and patch. */
export const istioVersionPattern = /^\d+\.\d+\.\d+$/;

export const istioVersionSchema: z.ZodType<IstioVersion> = typedTextOf<IstioVersion>(
  istioVersionPattern,
  `write an exact version, such as "${defaultIstioVersion}"`,
);

/** The schema of a catalog: fields, types and formats. The checks cover references between them. */
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
  authorization: authorizationModeSchema.optional(),
  services: z.record(z.string(), serviceSchema),
  externalServices: z.record(z.string(), externalServiceSchema).optional(),
  gateways: z.record(z.string(), gatewaySchema).optional(),
  delegates: z.record(dnsLabel, delegateSchema).optional(),
  jwtRules: z.array(jwtRuleSchema).min(1).optional(),
  rateLimitService: rateLimitServiceSchema.optional(),
  extensionProviders: z.record(z.string().min(1), extensionProviderSchema).optional(),
  telemetry: telemetrySchema.optional(),
  alerts: alertsSchema.optional(),
  certificates: certificatesSchema.optional(),
  networkPolicies: networkPoliciesSchema.optional(),
  overrides: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).optional(),
  suppressions: z.array(suppressionSchema).optional(),
} satisfies Shape<MeshDefinition>);

/** The fields of a mesh that depend only on its own settings. */
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
  | "authorization"
  | "overrides"
>;

/** The default of {@link MeshDefinition.rootNamespace}, where istiod runs by default. */
export const defaultRootNamespace = "istio-system";

/** Resolves the defaults of the mesh's own settings. */
export function normalizeSettings(definition: MeshDefinition): MeshSettings {
  const { name, revision, canaryIstioVersion } = definition;
  return {
    name,
    environment: definition.environment ?? "prod",
    namespace: definition.namespace ?? name,
    ...(revision !== undefined && { revision }),
    istioVersion: definition.istioVersion ?? defaultIstioVersion,
    ...(canaryIstioVersion !== undefined && { canaryIstioVersion }),
    rootNamespace: definition.rootNamespace ?? defaultRootNamespace,
    trustDomain: definition.trustDomain ?? "cluster.local",
    authorization: definition.authorization ?? "enforced",
    overrides: definition.overrides ?? {},
  };
}
