import type { Model } from "../model";
import { annotationMistakes } from "./annotations";
import { unservedPorts } from "./gateways";
import type { Mistake } from "./mistake";
import { competingLabels, filterMistakes, unreceivedLogs } from "./others";
import { aliasPorts, contradictingEntries, contradictingServices, undeclaredPorts } from "./services";
import { portlessDestinations, sharedHosts, unverifiedClaims, uselessRoutes } from "./virtualServices";

export type { Mistake } from "./mistake";

/** Settings that Istio ignores or reads otherwise than they are written, by kind. */
export const mistakes = {
  annotations: annotationMistakes,
  aliasPorts,
  competingLabels,
  contradictingEntries,
  contradictingServices,
  filters: filterMistakes,
  portlessDestinations,
  sharedHosts,
  undeclaredPorts,
  unreceivedLogs,
  unservedPorts,
  unverifiedClaims,
  uselessRoutes,
} satisfies Readonly<Record<string, (model: Model) => Mistake[]>>;
