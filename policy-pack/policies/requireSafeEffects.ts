import { words } from "../configuration";
import { environment, environmentOf } from "../environment";
import { nist, stackPolicy } from "../policy";
import { modelOf } from "../reading/model";
import {
  isEndpoints,
  isGatewayApiRoute,
  isIngress,
  isIstio,
  isSecret,
  type KubernetesResource,
  undecided,
} from "../reading/resource";
import { rootNamespace, rootNamespaces } from "../reading/rootNamespace";
import { isForeignKind, isWorkload } from "../reading/workload";
import { judgeAccess, messages as access } from "../witness/access";
import { judgeAccounts, messages as accounts } from "../witness/accounts";
import { judgeAuthority, messages as authority } from "../witness/authority";
import { judgeCors, messages as cors } from "../witness/cors";
import { judgeEgress, messages as egress } from "../witness/egress";
import { judgeEndpoints, messages as endpoints } from "../witness/endpoints";
import type { JudgedStack } from "../witness/judged";
import { judgeListeners, messages as listeners } from "../witness/listeners";
import { judgeMtls, messages as mtls } from "../witness/mtls";
import { judgePatches, messages as patches } from "../witness/patches";
import { judgeProviders, messages as providers } from "../witness/providers";
import { judgeExposure, messages as exposure } from "../witness/exposure";
import { judgeGatewayApi } from "../witness/gatewayApi";
import { messages as routes } from "../witness/routeMessages";
import { judgeRecords, messages as records } from "../witness/records";
import { judgeRoutes } from "../witness/routes";
import { judgeServers, messages as servers } from "../witness/servers";
import { judgeSelectors, messages as selectors } from "../witness/selectors";

/** The texts of this policy's violations, by the kind of effect. */
export const messages = {
  access,
  accounts,
  authority,
  cors,
  egress,
  endpoints,
  exposure,
  listeners,
  mtls,
  patches,
  providers,
  records,
  routes,
  selectors,
  servers,
};

const EFFECTS = [
  judgeMtls,
  judgeListeners,
  judgeAccess,
  judgeEgress,
  judgeRoutes,
  judgeGatewayApi,
  judgeSelectors,
  judgeProviders,
  judgePatches,
  judgeCors,
  judgeAccounts,
  judgeAuthority,
  judgeServers,
  judgeEndpoints,
  judgeExposure,
  judgeRecords,
];

/** The types of objects whose effects are judged. */
const JUDGED = [isIstio, isWorkload, isGatewayApiRoute, isIngress, isSecret, isEndpoints, isForeignKind];

/**
 * Objects that are harmless alone can have a harmful effect together. The pack reads all objects of the stack into a model
 * of what they do, and looks for a request that shows the effect. What another policy reports is not reported again.
 * https://istio.io/latest/docs/concepts/security/
 */
export const requireSafeEffects = stackPolicy({
  name: "require-safe-effects",
  displayName: "The objects of a stack are harmless together",
  description:
    "All objects of the stack together, with its patches, accept no plaintext and no request of a client that no " +
    "policy names. They keep traffic of the mesh in the mesh, and route to what exists and not to istiod. They name " +
    "providers of the mesh configuration, issue no identity of others, and record no credentials. None runs with a " +
    "service account of a gateway or of istiod.",
  severity: "critical",
  framework: nist("CA-2", "Control assessments"),
  tags: ["istio", "security", "authorization", "mtls", "egress", "traffic"],
  remediationSteps:
    "The message contains a request that shows the effect, and the object that decides about it. Change that object. " +
    "`meshwright explain` shows how proxies decide about a request.",
  url: "https://istio.io/latest/docs/concepts/security/",
  settings: {
    environment,
    rootNamespace,
    allowedUnread: words(
      [],
      "AuthorizationPolicies whose decision is unknown, such as those of an external authorizer, and that have been " +
        "reviewed: AuthorizationPolicy shop/authorizer",
    ),
  },
  appliesTo: (stack) =>
    stack.some(({ type }) => JUDGED.some((is) => is(type))) ||
    "The stack has no object of Istio, no workload and no object that decides about them",
  *judge(stack, settings) {
    const open = new Set<KubernetesResource>();
    for (const root of rootNamespaces(stack, settings.rootNamespace)) {
      const judged: JudgedStack = {
        ...modelOf(stack, root),
        stack,
        root,
        isRestricted: environmentOf(settings.environment) !== "dev",
        allowedUnread: settings.allowedUnread,
        undecided: open,
      };
      for (const judge of EFFECTS) yield* judge(judged);
    }
    if (open.size > 0) throw undecided([...open]);
  },
});
