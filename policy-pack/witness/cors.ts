import type { StackViolation } from "../policy";
import { type Field, textsOf } from "../reading/field";
import { isGatewayApiRoute, isVirtualService, type KubernetesResource } from "../reading/resource";
import type { JudgeEffect } from "./judged";

/** The texts about browsers. */
export const messages = {
  credentials: (title: string, path: string, origin: string) =>
    `${title}: ${path} allows the origin ${origin} with credentials, so any website can send requests as the user and read ` +
    `the responses. List the origins, or set allowCredentials to false.`,
};

/** Origins that anyone can have. A page in a sandboxed frame has the origin null. */
const STRANGERS = ["https://stranger.example", "http://stranger.example:8080", "null"];

/** Judges whether websites of strangers may use the credentials of a user: a browser then shows them the responses. */
export const judgeCors: JudgeEffect = function* ({ stack }) {
  for (const resource of stack) {
    const { fields } = resource;
    if (isVirtualService(resource.type)) {
      for (const route of fields.at("spec", "http").children())
        yield* judge(resource, route.at("corsPolicy"));
    } else if (isGatewayApiRoute(resource.type)) {
      for (const filter of filtersOf(fields.at("spec", "rules"))) yield* judge(resource, filter.at("cors"));
    }
  }
};

function filtersOf(rules: Field): Field[] {
  return rules
    .children()
    .flatMap((rule) => [rule, ...rule.at("backendRefs").children()])
    .flatMap((one) => one.at("filters").children());
}

function* judge(resource: KubernetesResource, cors: Field): Iterable<StackViolation> {
  if (cors.at("allowCredentials").peek !== true) return;
  const origins = cors.at("allowOrigins");
  const listed = [
    ...textsOf(origins).map(({ field, text }) => ({ field, matches: wildcard(text) })),
    ...textsOf(cors.at("allowOrigin")).map(({ field, text }) => ({ field, matches: wildcard(text) })),
    ...origins.children().flatMap((field) => ({ field, matches: stringMatch(field) })),
  ];
  for (const { field, matches } of listed) {
    const origin = STRANGERS.find(matches);
    if (origin === undefined) continue;
    yield { subject: resource, message: messages.credentials(resource.title, field.path, origin) };
    return;
  }
}

/** An origin of an HTTPRoute, in which * stands for any text. */
function wildcard(text: string): (origin: string) => boolean {
  const parts = text.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\/]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`);
  return (origin) => expression.test(origin);
}

/** An origin of a VirtualService. An expression that can't be read matches nothing. */
function stringMatch(field: Field): (origin: string) => boolean {
  const [exact, prefix, regex] = ["exact", "prefix", "regex"].map((form) => field.at(form).peek);
  if (typeof exact === "string") return (origin) => origin === exact;
  if (typeof prefix === "string") return (origin) => origin.startsWith(prefix);
  if (typeof regex !== "string") return () => false;
  try {
    const expression = new RegExp(`^(?:${regex})$`, "u");
    return (origin) => expression.test(origin);
  } catch {
    return () => false;
  }
}
