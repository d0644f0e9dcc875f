import { assignments, mutatingPolicyChanges, webhookChanges } from "./admission";
import { definedGroup, isOfMesh } from "./apiGroup";
import { type ControlPlaneChange, type ControlPlaneField, ISTIOD } from "./controlPlaneChange";
import { type Field, leaves, UNKNOWN } from "./field";
import { agentChanges, isNodeAgent } from "./nodeAgent";
import { chartReference, ISTIO_CHARTS, publishedName } from "./release";
import {
  isApiService,
  isConfigMap,
  isDefinition,
  isEndpoints,
  isHelmRelease,
  isOperatorResource,
  isSecret,
  isService,
  isTrustBundle,
  isMutatingPolicy,
  isWebhook,
  type KubernetesResource,
  type KubernetesType,
} from "./resource";
import { isObject } from "./value";
import { containersOf, isForeignKind, isWorkload, podOf } from "./workload";

/** Whether objects of the type can change the control plane. */
export function mayChangeControlPlane(type: KubernetesType): boolean {
  return [
    isOperatorResource,
    isConfigMap,
    isSecret,
    isService,
    isEndpoints,
    isWebhook,
    isMutatingPolicy,
    isDefinition,
    isApiService,
    isTrustBundle,
    isWorkload,
    isForeignKind,
  ].some((is) => is(type));
}

/** The fields by which an object that is no release changes the control plane. */
export function controlPlaneChanges(resource: KubernetesResource): ControlPlaneField[] {
  const { type, fields } = resource;
  if (isOperatorResource(type)) return [{ field: fields.at("spec"), change: "operator" }];
  if (isConfigMap(type)) return configMapChanges(resource);
  if (isSecret(type)) {
    const change = SECRETS.get(resource.name ?? "");
    return change === undefined ? [] : [{ field: fields.at("metadata", "name"), change }];
  }
  if (isService(type)) return serviceChanges(resource);
  if (isEndpoints(type)) return endpointChanges(resource);
  if (isWebhook(type)) return webhookChanges(resource);
  if (isMutatingPolicy(type)) return mutatingPolicyChanges(resource);
  if (isDefinition(type)) return isOfMesh(definedGroup(resource)) ? definitionChanges(resource) : [];
  if (isApiService(type)) {
    const service = fields.at("spec", "service");
    return isOfMesh(definedGroup(resource)) && service.isSet ? [{ field: service, change: "server" }] : [];
  }
  if (isTrustBundle(type)) {
    const isIstios = resource.name?.startsWith("istio.io:") ?? false;
    return isIstios ? [{ field: fields.at("spec"), change: "rootCertificate" }] : [];
  }
  if (isNodeAgent(resource)) return agentChanges(resource).map((field) => ({ field, change: "agent" }));
  if (isWorkload(type)) return workloadChanges(resource);
  if (!isForeignKind(type) || isHelmRelease(type)) return [];
  return [
    ...installerChanges(resource),
    ...assignments(resource),
    ...bundleChanges(resource),
    ...secretChanges(resource),
  ];
}

/** The Secrets from which istiod reads its signing key, and the address and credentials of its cluster. */
const SECRETS: ReadonlyMap<string, ControlPlaneChange> = new Map([
  ["istio-ca-secret", "key"],
  ["istio-kubeconfig", "kubeconfig"],
]);

/** The ConfigMaps that every proxy reads from its namespace. */
const OF_PROXIES: ReadonlyMap<string, ControlPlaneChange> = new Map([
  ["istio-ca-root-cert", "rootCertificate"],
  ["istio-ca-crl", "revocations"],
]);

/**
 * ConfigMaps with istiod's mesh config or the configuration of injection, and those with the mesh's root certificate or
 * revoked certificates. A volume has the keys of `binaryData` as well.
 */
function configMapChanges({ name = "", fields }: KubernetesResource): ControlPlaneField[] {
  const places = ["data", "binaryData"].map((key) => fields.at(key)).filter(({ isSet }) => isSet);
  const change = OF_PROXIES.get(name);
  if (change !== undefined) return places.map((field) => ({ field, change }));
  const keys = name.startsWith("istio-sidecar-injector") ? ["config", "values"] : ["mesh"];
  if (!/^istio(-|$)/.test(name)) return [];
  return places
    .filter(({ peek }) => peek !== UNKNOWN)
    .flatMap((data) => keys.map((key) => data.at(key)))
    .filter(({ isSet }) => isSet)
    .map((field) => ({ field, change: "configMap" }));
}

/** Secrets of istiod that another project writes: a certificate, a sealed Secret, or one of an external store. */
function secretChanges({ type, fields }: KubernetesResource): ControlPlaneField[] {
  const spec = fields.at("spec");
  const named = type.kind === "SealedSecret" ? [fields.at("metadata", "name")] : [];
  return [...named, spec.at("target", "name"), spec.at("secretName")].flatMap((field) => {
    const change = typeof field.peek === "string" ? SECRETS.get(field.peek) : undefined;
    return change === undefined ? [] : [{ field, change }];
  });
}

/** A Bundle of trust-manager, which writes a ConfigMap with its own name into namespaces. */
function bundleChanges({ type, name, fields }: KubernetesResource): ControlPlaneField[] {
  const change = OF_PROXIES.get(name ?? "");
  return change !== undefined && type.group === "trust.cert-manager.io"
    ? [{ field: fields.at("spec"), change }]
    : [];
}

/** The fields that the API server must keep in the spec of Istio's security objects. */
const KEPT: ReadonlyMap<string, readonly string[]> = new Map([
  ["peerauthentications.security.istio.io", ["selector", "mtls", "portLevelMtls"]],
  ["authorizationpolicies.security.istio.io", ["selector", "targetRefs", "rules", "action"]],
  ["requestauthentications.security.istio.io", ["selector", "targetRefs", "jwtRules"]],
]);

/**
 * Programs and schemas in a CRD, by which the API server changes its objects. Fields that a schema does not have are
 * removed, and defaults are added. Istio's own CRDs have no defaults.
 * https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning
 */
function definitionChanges(resource: KubernetesResource): ControlPlaneField[] {
  const spec = resource.fields.at("spec");
  const conversion = spec.at("conversion", "webhook");
  const isIstios = definedGroup(resource).endsWith("istio.io");
  const schemas = spec
    .at("versions")
    .children()
    .map((version) => version.at("schema", "openAPIV3Schema"));
  return [
    ...(conversion.isSet ? [{ field: conversion, change: "conversion" as const }] : []),
    ...(isIstios
      ? schemas.flatMap((schema) => schemaChanges(schema, KEPT.get(resource.name ?? "") ?? []))
      : []),
  ];
}

function schemaChanges(schema: Field, kept: readonly string[]): ControlPlaneField[] {
  const spec = schema.at("properties", "spec");
  const properties = spec.at("properties");
  const keepsAll = [schema, spec].some((one) => one.at("x-kubernetes-preserve-unknown-fields").peek === true);
  const isKnown = schema.isSet && [schema, spec, properties].every(({ peek }) => peek !== UNKNOWN);
  const missing = isKnown && !keepsAll ? kept.find((name) => !properties.at(name).isSet) : undefined;
  return [
    ...defaultsOf(schema).map((field) => ({ field, change: "default" as const })),
    ...(missing === undefined ? [] : [{ field: properties.at(missing), change: "pruning" as const }]),
  ];
}

/** The defaults in a schema and in those of its properties and items. */
function defaultsOf(schema: Field): Field[] {
  const own = schema.at("default");
  const below = [
    ...schema.at("properties").children(),
    schema.at("items"),
    schema.at("additionalProperties"),
  ];
  return [...(own.isSet && own.peek !== UNKNOWN ? [own] : []), ...below.filter(isBlock).flatMap(defaultsOf)];
}

function isBlock({ peek }: Field): boolean {
  return peek !== UNKNOWN && isObject(peek);
}

/** The Service of istiod, whose name proxies connect to. */
function serviceChanges({ name, fields }: KubernetesResource): ControlPlaneField[] {
  if (!ISTIOD.test(name ?? "")) return [];
  return ["selector", "externalName"]
    .map((key) => fields.at("spec", key))
    .filter(({ isSet }) => isSet)
    .map((field) => ({ field, change: "service" }));
}

/** Endpoints of istiod's Service. Kubernetes writes them, unless a program does. */
function endpointChanges({ type, name, labels, fields }: KubernetesResource): ControlPlaneField[] {
  const service = type.kind === "Endpoints" ? name : labels["kubernetes.io/service-name"];
  const field = fields.at(type.kind === "Endpoints" ? "subsets" : "endpoints");
  return typeof service === "string" && ISTIOD.test(service) && field.isSet
    ? [{ field, change: "endpoints" }]
    : [];
}

/** Workloads that run istiod, whose image and environment they choose, and those that istiod's Service selects. */
function workloadChanges(resource: KubernetesResource): ControlPlaneField[] {
  const pod = podOf(resource);
  const running = containersOf(pod).filter((container) => {
    const { peek } = container.at("image");
    const image = typeof peek === "string" && /(^|\/)pilot([:@]|$)/.test(peek);
    const [first] = container.at("args").children();
    const isNamed = container.at("name").peek === "discovery" && ISTIOD.test(resource.name ?? "");
    return image || isNamed || first?.peek === "discovery";
  });
  if (running.length > 0) return running.map((field) => ({ field, change: "workload" }));
  const label = pod.at("metadata", "labels", "app");
  return label.peek === "istiod" ? [{ field: label, change: "behindService" }] : [];
}

/** Charts whose names no other project uses. */
const CONTROL_CHARTS = ["istiod", "ztunnel"];

function nameOf(reference: string): string {
  return publishedName(chartReference(reference).name);
}

/** Charts of the control plane that other tools install, such as Flux, Argo CD, Crossplane and k3s. */
function installerChanges({ fields }: KubernetesResource): ControlPlaneField[] {
  return leaves(fields.at("spec"))
    .filter(({ path, peek }) => {
      if (typeof peek !== "string") return false;
      // Flux installs charts from an OCIRepository, which has the chart's name in its URL only.
      if (path === "spec.url") return peek.startsWith("oci:") && CONTROL_CHARTS.includes(nameOf(peek));
      if (path === "spec.chartRef.name") return CONTROL_CHARTS.includes(publishedName(peek));
      if (!/(^|\.)(chart(\.spec\.chart|\.name)?|chartName)$/.test(path)) return false;
      return ISTIO_CHARTS.includes(publishedName(chartReference(peek).name));
    })
    .map((field) => ({ field, change: "installer" }));
}
