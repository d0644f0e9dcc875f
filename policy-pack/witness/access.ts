import { type Request, requestText, strangerRequest, type StrangerRequest } from "../../effect";
import { forbidAllowAll } from "../policies/forbidAllowAll";
import { requireDefaultDeny } from "../policies/requireDefaultDeny";
import { findings, isReported, type JudgeEffect, type JudgedStack, objectText, sidecars } from "./judged";

const NAME = "Name the callers in from.source.principals";

/** The texts about access. */
export const messages = {
  noPolicy: (title: string, request: string) =>
    `${title}: ${request} is allowed, because no AuthorizationPolicy with action ALLOW applies. Add one, named ` +
    `default-deny, with an empty spec.`,
  allowed: (title: string, request: string, by: string, rule: number) =>
    `${title}: ${request} is allowed by spec.rules[${rule}] of ${by}. ${NAME}.`,
  unknown: (title: string, request: string, by: string, reason: string) =>
    `${title}: ${request} may be allowed, because ${by} ${reason}. ${NAME} of an AuthorizationPolicy with action ALLOW, ` +
    `or add the object to allowedUnread after a review.`,
};

const REASONS: Readonly<Record<string, string>> = {
  "external authorizer": "leaves the decision to an external authorizer",
  "condition not read": "has a condition whose effect is unknown",
};

/** Judges whether requests of clients that no policy names reach a workload. */
export const judgeAccess: JudgeEffect = function* (judged) {
  const withoutDeny = namespacesWithoutDeny(judged);
  for (const { workload, resource } of sidecars(judged)) {
    const found = strangerRequest(judged.model, workload);
    if (found === undefined) continue;
    const { by, reason } = found.decision;
    if (reason === "no policy") {
      if (withoutDeny === "open" || withoutDeny.has(workload.namespace)) continue;
    } else if (by && isReported([forbidAllowAll], [judged.resourceOf(by)])) continue;
    const message = textOf(resource.title, found, judged);
    if (message !== undefined) yield { subject: resource, message };
  }
};

/** The namespaces and workloads that require-default-deny reports. */
function namespacesWithoutDeny({ stack, root }: JudgedStack): "open" | ReadonlySet<string | undefined> {
  const found = findings(requireDefaultDeny, stack, { rootNamespace: root });
  if (found === "open") return found;
  return new Set(found === "none" ? [] : found.map(({ subject }) => subject.namespace));
}

function textOf(
  title: string,
  { request, decision: { answer, by, reason } }: StrangerRequest,
  { isRestricted, allowedUnread }: JudgedStack,
): string | undefined {
  const text = shown(request);
  const object = by && objectText(by);
  if (answer === "unknown") {
    return isRestricted && !allowedUnread.includes(object ?? "")
      ? messages.unknown(title, text, object ?? "an object", REASONS[reason] ?? "is not read")
      : undefined;
  }
  return object === undefined
    ? messages.noPolicy(title, text)
    : messages.allowed(title, text, object, by?.rule ?? 0);
}

/** The request, without the values of headers, which may be secret. */
function shown({ headers, ...request }: Request): string {
  const names = Object.keys(headers ?? {});
  return requestText(request) + (names.length > 0 ? ` with the header ${names.join(", ")}` : "");
}
