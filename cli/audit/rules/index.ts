import { objectAccepted } from "./accepted";
import type { AuditRule } from "../rule";
import { ambientLabelsAgree, waypointsRead } from "./ambient";
import { closedService, openAccess, unknownCaller } from "./access";
import { competing, sharedHost } from "./conflicts";
import { rulesAboutConnections } from "./connections";
import { cutCall } from "./cutConnections";
import { deniedCaller } from "./deniedCaller";
import { detachedRoute } from "./gatewayApi";
import { missingSecret, unroutedHost, unservedHost } from "./gateways";
import { notJudged, repeated, unreadable } from "./reading";
import { ingressBackends } from "./ingressBackends";
import { closedIstiod, withoutDns, withoutIstiod } from "./istiodConnections";
import { missingOwnHost } from "./missingOwnHost";
import { closedGateway, portOfNoPod } from "./policyPorts";
import { probesAnswered } from "./probes";
import { gatewaysDiffer, groupsServed, namespacesExist } from "./names";
import { methodsSent, retriesUsed, targetsDeclared, targetsServed, weightsUsed } from "./requests";
import { missingGateway, missingHost, missingSubset } from "./routes";
import { emptySelector, emptySubset } from "./selectors";
import { plaintext, undeclaredProtocol, withoutProxy } from "./transport";
import { specFits } from "./schema";
import {
  aliasNarrow,
  annotationsRead,
  claimsVerified,
  logsReceived,
  portNamed,
  portServed,
  servicesAgree,
} from "./settings";
import { missingTarget } from "./targets";
import { unenforced } from "./unenforced";
import { unreachableRoute } from "./unreachableRoute";

/** Every rule of `meshwright audit` besides the policies of the policy pack, by code. */
export const auditRules: readonly AuditRule[] = [
  missingOwnHost,
  unreadable,
  repeated,
  missingGateway,
  missingHost,
  missingSubset,
  emptySubset,
  emptySelector,
  sharedHost,
  competing,
  undeclaredProtocol,
  missingSecret,
  unservedHost,
  plaintext,
  openAccess,
  deniedCaller,
  unroutedHost,
  closedService,
  unknownCaller,
  withoutProxy,
  notJudged,
  detachedRoute,
  unreachableRoute,
  annotationsRead,
  portNamed,
  portServed,
  servicesAgree,
  aliasNarrow,
  logsReceived,
  specFits,
  claimsVerified,
  missingTarget,
  namespacesExist,
  methodsSent,
  targetsServed,
  weightsUsed,
  waypointsRead,
  ambientLabelsAgree,
  targetsDeclared,
  gatewaysDiffer,
  groupsServed,
  withoutIstiod,
  withoutDns,
  closedIstiod,
  cutCall,
  portOfNoPod,
  closedGateway,
  unenforced,
  rulesAboutConnections,
  probesAnswered,
  retriesUsed,
  ingressBackends,
  objectAccepted,
];
