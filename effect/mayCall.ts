import { type AccessRule, accessRules } from "./accessRules";
import { fulfils } from "./condition";
import { inbound, modeAt } from "./inbound";
import type { Model } from "./model";
import type { ObjectName } from "./object";
import type { PolicyRule } from "./policyRule";
import { perWorkload } from "./perWorkload";
import type { Request } from "./request";
import type { MeshSettings } from "./settings";
import { isAccepted, tokenIssuers } from "./token";
import { every, some, type Truth } from "./truth";
import { type Unread, unreadOf } from "./unread";
import type { Workload } from "./workload";

/** Whether a request reaches the application. */
export interface Decision {
  /** `unknown` if objects that the model doesn't read can decide otherwise, or the request leaves something open. */
  readonly answer: "allowed" | "denied" | "unknown";
  /** What decided. */
  readonly reason:
    | "no proxy"
    | "mutual TLS required"
    | "no mutual TLS expected"
    | "token refused"
    | "rule denies"
    | "rule allows"
    | "no rule allows"
    | "no policy"
    | "external authorizer"
    | "no NetworkPolicy allows"
    | "NetworkPolicy not decided"
    | "condition not read"
    | "object not read";
  /** The object that decided, and the index of its rule. */
  readonly by?: ObjectName & { readonly rule?: number };
  /** The extension provider of an external authorizer that decides. */
  readonly provider?: string;
  /** Objects that can change the answer, and that the model doesn't read. */
  readonly unread: readonly Unread[];
}

/**
 * Decides whether a workload's proxy passes a request to the application. Mutual TLS decides first, then the token,
 * then the policies of the actions CUSTOM, DENY and ALLOW.
 *
 * @param workload the workload that receives the request.
 */
export function mayCall(model: Model, workload: Workload, request: Request): Decision {
  const mtls = inbound(model, workload);
  const unread = unreadAccess(model, workload);
  const ambient = workload.proxy === "none" && unread.length > 0;
  if (mtls.bypassed(request.port) && !ambient) return { answer: "allowed", reason: "no proxy", unread: [] };
  const decision = decide(model, workload, request);
  const [first] = unread;
  if (decision.answer === "unknown" || first === undefined) return { ...decision, unread };
  return { answer: "unknown", reason: "object not read", by: first.from, unread };
}

const unreadAccess = perWorkload((model, workload): readonly Unread[] =>
  unreadOf(model, workload).filter(({ about }) => about === "access"),
);

/** Decides like {@link mayCall}, by the objects that the model reads alone. */
export function decide(model: Model, workload: Workload, request: Request): Omit<Decision, "unread"> {
  const mtls = inbound(model, workload);
  const mode = modeAt(mtls, request.port);
  if (mode === "STRICT" && !request.identity) {
    const by = mtls.by.at(-1);
    return { answer: "denied", reason: "mutual TLS required", ...(by && { by }) };
  }
  const tcp = request.protocol === "tcp";
  const issuers = tokenIssuers(model, workload);
  const isRead = !tcp && issuers.length > 0;
  if (isRead && request.claims && !isAccepted(request.claims, issuers)) {
    return { answer: "denied", reason: "token refused", ...(issuers[0] && { by: issuers[0].from }) };
  }
  const seen = seenBy(model, workload, request);
  const { custom, deny, allow, allowing } = accessRules(model, workload, tcp);
  const judged = (rules: readonly AccessRule[]): readonly [Truth, AccessRule | undefined] =>
    rules.length === 0 ? unmatched : firstMatch(seen, rules, model.settings);
  const [denied, denying] = judged(deny);
  if (denied === "yes") return { answer: "denied", reason: "rule denies", ...ruleName(denying) };
  const [allowed, rule] = allow === undefined ? (["yes", undefined] as const) : judged(allow);
  if (allowed === "no") {
    const by = allowing[0];
    return { answer: "denied", reason: "no rule allows", ...(by && { by }) };
  }
  const [asked, asking] = judged(custom);
  if (asked !== "no") {
    const provider = asked === "yes" ? asking?.provider : undefined;
    const named = { ...ruleName(asking), ...(provider !== undefined && { provider }) };
    return { answer: "unknown", reason: "external authorizer", ...named };
  }
  if (denied === "unknown") return { answer: "unknown", reason: "condition not read", ...ruleName(denying) };
  if (allowed === "unknown") return { answer: "unknown", reason: "condition not read", ...ruleName(rule) };
  return allow === undefined
    ? { answer: "allowed", reason: "no policy" }
    : { answer: "allowed", reason: "rule allows", ...ruleName(rule) };
}

const unmatched = ["no", undefined] as const;

/** A request as the rules of a workload's proxy see it: without an identity or claims that the proxy does not read. */
export function seenBy(model: Model, workload: Workload, request: Request): Request {
  const isEncrypted = modeAt(inbound(model, workload), request.port) !== "DISABLE";
  const isRead = request.protocol !== "tcp" && tokenIssuers(model, workload).length > 0;
  if ((request.identity === undefined || isEncrypted) && (request.claims === undefined || isRead))
    return request;
  const { identity, claims, ...rest } = request;
  return { ...rest, ...(identity && isEncrypted && { identity }), ...(claims && isRead && { claims }) };
}

export function ruleName(rule: AccessRule | undefined): Pick<Decision, "by"> {
  return rule ? { by: { ...rule.from, rule: rule.index } } : {};
}

/** Returns whether a rule matches, and the first that does or may. */
export function firstMatch(
  request: Request,
  rules: readonly AccessRule[],
  settings: MeshSettings,
): [Truth, AccessRule | undefined] {
  let open: AccessRule | undefined;
  for (const one of rules) {
    const match = ruleMatches(request, one.rule, settings);
    if (match === "yes") return ["yes", one];
    if (match === "unknown") open ??= one;
  }
  return open ? ["unknown", open] : ["no", undefined];
}

/** Whether a request matches a rule: an alternative of its sources, one of its operations, and every condition. */
export function ruleMatches(request: Request, { from, to, when }: PolicyRule, settings: MeshSettings): Truth {
  const holds = (conditions: PolicyRule["when"]): Truth =>
    every(conditions, (condition) => fulfils(request, condition, settings));
  return every([from.length > 0 ? from : [[]], to.length > 0 ? to : [[]], [when]], (alternatives) =>
    some(alternatives, holds),
  );
}

/** Describes a decision with the object that made it, such as `denied: no rule allows (AuthorizationPolicy shop/api)`. */
export function decisionText({ answer, reason, by }: Pick<Decision, "answer" | "reason" | "by">): string {
  const object = by ? ` (${by.kind} ${by.namespace}/${by.name})` : "";
  return `${answer}: ${reason}${object}`;
}
