export type * from "./admit";
export type * from "./alerts";
export type * from "./authorization";
export type * from "./call";
export { httpMethods } from "./call";
export type * from "./clientAddresses";
export type * from "./clientZones";
export { clientsKey, clientZones } from "./clientZones";
export type * from "./cors";
export { hasDryRuns, isDryRun } from "./dryRuns";
export type * from "./edge";
export { afterDryRuns } from "./edge";
export { canonicalName, canonicalNames, canonicalRevision, versionRevision } from "./canonical";
export type * from "./certificates";
export type * from "./circuitBreaker";
export { defineMesh } from "./defineMesh";
export type * from "./delegate";
export type * from "./deny";
export { callersNamed, denyRequestFields } from "./deny";
export { longestCall, terminationDefaults, type Termination } from "./drain";
export { type Duration, formatDuration, parseDuration } from "./duration";
export { type Environment, environments } from "./environments";
export type * from "./extAuthz";
export type * from "./externalService";
export { egressGateway, isBlock, isWildcard, originatesTls } from "./externalService";
export type * from "./gateway";
export { gatewayPods, ingressRelease, podsKey } from "./gateway";
export type * from "./gatewayDelegate";
export type * from "./gatewayDirectResponse";
export type * from "./gatewayHost";
export type * from "./gatewayRedirect";
export type * from "./gatewayRoute";
export type * from "./gatewayTls";
export { terminates } from "./gatewayTls";
export type * from "./gatewayProxies";
export { gatewayProxies } from "./gatewayProxies";
export type * from "./globalRateLimit";
export type * from "./headers";
export type * from "./jwt";
export { isValues } from "./jwt";
export type * from "./load";
export { explainLoad } from "./load";
export type * from "./loadBalancing";
export { loadBalancers } from "./loadBalancing";
export { mergePod } from "./mergePod";
export type * from "./mesh";
export {
  defaultIstioVersion,
  defaultRootNamespace,
  istioVersionPattern,
  istioVersionSchema,
  meshSchema,
} from "./mesh";
export type * from "./mtls";
export type * from "./networkPolicies";
export { normalize } from "./normalize";
export { compare, sortedEntries } from "./order";
export { formatPath, parsePath, valueAt } from "./path";
export { nameIn, owns } from "./ownership";
export type { Container, EnvVarSource, PersistentVolumeClaimSpec, PodSpec } from "./podSpec.gen";
export type * from "./port";
export { isHttp, protocols } from "./port";
export { memoryFor, proxyMemory } from "./proxyMemory";
export { parseQuantity } from "./quantity";
export type * from "./probes";
export type * from "./rateLimit";
export type * from "./reach";
export type * from "./resilience";
export type * from "./retries";
export {
  grpcRetryConditions,
  noRetries,
  repeatsBegunRequests,
  repeatsSlowTries,
  safeRetryConditions,
} from "./retries";
export type * from "./routeMatch";
export { conditionsKey, moreSpecificFirst, uriOf } from "./routeMatch";
export { alikeRoutes, includesPath, prefixOf, regionOf, routesOf } from "./routeRegions";
export { type WorkloadSecret, workloadSecrets } from "./secrets";
export type * from "./selector";
export type * from "./service";
export type * from "./serviceAccount";
export type * from "./serviceHost";
export { hostOf, namespaceOf } from "./serviceHost";
export type * from "./serviceMode";
export type * from "./sidecar";
export type * from "./telemetry";
export type * from "./tenantKey";
export { noTenant } from "./tenantKey";
export type * from "./tenantKeys";
export { tenantKeys } from "./tenantKeys";
export { monitoringNamespace, otlpPort, tracingNamespace } from "./telemetry";
export type * from "./traffic";
export { isList, isObject } from "./typeGuards";
export type * from "./version";
export { normalizeWorkloads } from "./version";
export type * from "./workload";
export { fewestPods, runsOnce, workloadKinds } from "./workload";
