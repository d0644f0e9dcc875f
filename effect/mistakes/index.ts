import type { Model } from "../model";
import { missingWaypoints, unreadByWaypoints, uselessAmbientLabels } from "./ambient";
import { annotationMistakes } from "./annotations";
import { repeatedListeners } from "./apiGateways";
import { unservedPorts } from "./gateways";
import type { Mistake } from "./mistake";
import { competingLabels, filterMistakes, unreceivedLogs } from "./others";
import {
  aliasPorts,
  contradictingEntries,
  contradictingServices,
  undeclaredPorts,
  undeclaredTargets,
  unservedTargets,
} from "./services";
import { rulesWithoutRequests } from "./policyRules";
import { deniedProbes } from "./probes";
import { unsentMethods, uselessWeights } from "./requests";
import { uselessRetries } from "./retries";
import { portlessDestinations, sharedHosts, unverifiedClaims, uselessRoutes } from "./virtualServices";

export type { Mistake } from "./mistake";

/** Settings that Istio ignores or reads otherwise than they are written, by kind. */
export const mistakes = {
  annotations: annotationMistakes,
  aliasPorts,
  competingLabels,
  contradictingEntries,
  contradictingServices,
  deniedProbes,
  filters: filterMistakes,
  missingWaypoints,
  portlessDestinations,
  repeatedListeners,
  rulesWithoutRequests,
  sharedHosts,
  undeclaredPorts,
  undeclaredTargets,
  unreadByWaypoints,
  unreceivedLogs,
  unsentMethods,
  unservedPorts,
  unservedTargets,
  unverifiedClaims,
  uselessAmbientLabels,
  uselessRetries,
  uselessRoutes,
  uselessWeights,
} satisfies Readonly<Record<string, (model: Model) => Mistake[]>>;
