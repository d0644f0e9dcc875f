import { classesOf } from "./classes";
import { type Fields, listAt, textsAt } from "./field";
import { stringMatch } from "./httpMatch";
import { matches, type Pattern } from "./pattern";

/**
 * Whether a CORS policy allows web pages more than another one: further origins, credentials, methods or headers. Without a
 * policy, pages of other origins read nothing.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy
 */
export function allowsMore(was: Fields = {}, is: Fields = {}): boolean {
  const [had, has] = [originsOf(was), originsOf(is)];
  if (has.length === 0) return false;
  const added = (field: string): boolean => {
    const known = textsAt(was, field).map((text) => text.toLowerCase());
    return textsAt(is, field).some((text) => !known.includes(text.toLowerCase()) && !known.includes("*"));
  };
  return (
    reachesMore(had, has) ||
    (is.allowCredentials === true && was.allowCredentials !== true) ||
    ["allowMethods", "allowHeaders", "exposeHeaders"].some(added)
  );
}

/** Envoy allows every origin if a pattern matches the text `*`. */
const every = "*";

function originsOf(cors: Fields): Pattern[] {
  return [
    ...listAt(cors, "allowOrigins").map(stringMatch),
    ...textsAt(cors, "allowOrigin").map((text): Pattern => ({ form: "exact", text })),
  ];
}

function reachesMore(had: readonly Pattern[], has: readonly Pattern[]): boolean {
  const allows = (own: readonly Pattern[], origin: string): boolean =>
    own.some((one) => matches(one, every) || matches(one, origin));
  const examples = (own: readonly Pattern[]): string[] =>
    classesOf("header origin", own).filter((one): one is string => typeof one === "string");
  if (examples([...had, ...has]).some((origin) => allows(has, origin) && !allows(had, origin))) return true;
  // Of an expression without an example, it is unknown which origins it matches.
  const known = had.map((one) => JSON.stringify(one));
  const isKnown = (one: Pattern): boolean =>
    known.includes(JSON.stringify(one)) || had.some((other) => matches(other, every));
  return has.some(
    (one) => one.form === "regex" && !isKnown(one) && !examples([one]).some((text) => matches(one, text)),
  );
}
