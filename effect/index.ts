/**
 * What Istio and Kubernetes objects mean, regardless of their origin: pure, exact, and without a renderer. What the model
 * doesn't read is reported as unknown.
 */
export { parseBlock } from "./address";
export { knownObject, type KnownObject, nameOf, type ObjectName, type PlainObject, titleOf } from "./object";
export { defaultSettings, type MeshSettings, settingsOf } from "./settings";
export { objectsNamed, objectsOf, readObjects, type Model, type ReadOptions } from "./model";
export { standIns } from "./standIns";
export {
  hasGatewayTemplate,
  identityOf,
  podTemplateOf,
  podTemplatePath,
  type Workload,
  workloadsSelected,
} from "./workload";
export {
  injectedBy,
  injectionRefusal,
  injectionRequest,
  type InjectionSubject,
  injectLabel,
  namespaceLabel,
  revisionLabel,
} from "./injection";
export { exported, sees, type ServiceHost, type ServicePort } from "./service";
export { matchedPath, principalOf, type Identity, type Request } from "./request";
export { requestText, sentText } from "./requestText";
export { bypassesOutbound } from "./bypass";
export { inbound, modeAt, type Inbound, type MtlsMode } from "./inbound";
export { dryRunResults, type DryRunResult } from "./dryRun";
export { accessRules, type AccessRules } from "./accessRules";
export { strangerRequest, type StrangerRequest } from "./stranger";
export { aspectText, nearestRule, type Misfit, type NearestRule } from "./nearestRule";
export { decisionText, mayCall, type Decision } from "./mayCall";
export { type Connection, type ConnectionDecision, type Endpoint, mayConnect } from "./networkPolicy";
export { isNamedHost, type Outside } from "./outside";
export { mayHaveClients } from "./clients";
export { deliver, type Arrival, type Delivery, type Receipt, type SentRequest } from "./delivery";
export { hostClasses } from "./hostClasses";
export { routeOf } from "./routeOf";
export { perWorkload } from "./perWorkload";
export { principalClasses } from "./principalClasses";
export { selectorIndex } from "./selectorIndex";
export { textClasses } from "./textClass";
export { defaultRetries, type Retries, type Route, type RouteDestination } from "./routing";
export type { RoutedRequest } from "./httpMatch";
export { insertedFilters } from "./insertedFilters";
export { gatewayServers, type GatewayServer } from "./gatewayRoute";
export { gatewayName, virtualServices, type VirtualService } from "./virtualService";
export { clusterHost, fullHost, isWithin, overlap } from "./host";
export { isSelected } from "./labelSelector";
export { scopeOf, type Listener, type Scope } from "./scope";
export { unreadOf, type Unread } from "./unread";
export { tokenIssuers, type TokenIssuer } from "./token";
export type { Truth } from "./truth";
export { difference } from "./difference";
export { receiverChanges, type ReceiverChange, receivesRequests } from "./receiverChanges";
export { requestTargets } from "./requestTargets";
export type { Difference } from "./change";
export { accessByClient, type ClientAccess } from "./accessByClient";
export { accessSet, type AccessSet } from "./accessSet";
export { servedPorts, servicesOf, spaceOf, witnessIn, type Space } from "./space";
export { changedParts, type ChangedPart } from "./routeParts";
export { routeText } from "./routeText";
export { weaknesses } from "./hardening";
export { interruptions, released } from "./interruptions";
export { dangling, missingPods, missingTargets } from "./dangling";
export { applies, isWide, selectionOf, type Selection } from "./selection";
export { namedNamespaces, type NamedNamespace } from "./namedNamespaces";
export { missingHosts, type MissingHost } from "./missingHost";
export { type Mistake, mistakes } from "./mistakes";
export { type UnreachableRoute, unreachableRoutes } from "./unreachableRoutes";
export { milliseconds } from "./duration";
