import {
  type Fields,
  fieldsAt,
  fieldsOf,
  has,
  listAt,
  numberAt,
  textAt,
  textsAt,
  textsByName,
} from "./field";
import { selects } from "./object";
import { isReadable, matches, type Pattern, quoted } from "./pattern";
import { matchedPath } from "./request";
import type { MeshSettings } from "./settings";
import { every, some, truth, type Truth } from "./truth";
import type { Workload } from "./workload";

/** A request that a proxy routes: a sidecar for its application, a gateway for clients outside. */
export interface RoutedRequest {
  /** Host to which it is sent, without a port. */
  readonly host: string;
  /** Port to which it is sent: of the service, or of the gateway's server. */
  readonly port: number;
  /** Default: `GET`. */
  readonly method?: string;
  /** Path with its query. Default: `/`. */
  readonly path?: string;
  /** Headers, named in lower case. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Packets that no proxy routes, and that only NetworkPolicies allow or deny. Default: a connection over TCP. */
  readonly transport?: "UDP";
  /** Default: `http`. At a gateway `https` means that the client sends TLS. */
  readonly scheme?: "http" | "https";
  /** Payload of a token that the gateway accepts. Default: none. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** Which proxy routes a request. */
export interface RoutingProxy {
  readonly workload: Workload;
  /** `mesh`, or the Gateway as `<namespace>/<name>`. */
  readonly gateway: string;
}

/** Whether a proxy has a route for requests that match: by port, source and gateway, before there is a request. */
export function appliesTo(match: Fields, port: number, { workload, gateway }: RoutingProxy): boolean {
  const own = numberAt(match, "port");
  if (own !== undefined && own !== 0 && own !== port) return false;
  const gateways = textsAt(match, "gateways");
  if (gateways.length > 0) return gateways.includes(gateway);
  if (!selects(textsByName(match, "sourceLabels"), workload.labels)) return false;
  const namespace = textAt(match, "sourceNamespace") ?? "";
  return namespace === "" || namespace === workload.namespace;
}

/**
 * Whether a request fulfils all conditions of a match.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
export function requestMatches(request: RoutedRequest, match: Fields, settings: MeshSettings): Truth {
  if (Object.keys(match).length === 0) return "yes";
  const { host, method = "GET", path = "/", headers = {}, scheme = "http" } = request;
  const ignoreCase = match.ignoreUriCase === true;
  const single = (key: string, value: string): Truth =>
    has(match, key) ? textMatches(match[key], value) : "yes";
  const query = new URLSearchParams(path.split("?", 2)[1]?.split("#", 1)[0] ?? "");
  return every(
    [
      () =>
        has(match, "uri")
          ? textMatches(match.uri, matchedPath(path, settings.pathNormalization), ignoreCase)
          : "yes",
      () => single("method", method),
      () => single("authority", host),
      () => single("scheme", scheme),
      () =>
        every(Object.entries(fieldsAt(match, "headers")), ([name, one]) => headerMatches(request, name, one)),
      () =>
        every(Object.entries(fieldsAt(match, "withoutHeaders")), ([name, one]) =>
          lacksHeader(headers, name.toLowerCase(), one),
        ),
      () =>
        every(Object.entries(fieldsAt(match, "queryParams")), ([name, one]) =>
          textMatches(one, query.get(name) ?? undefined),
        ),
    ],
    (judge) => judge(),
  );
}

/** Whether a route without conditions on requests follows: istiod leaves out the routes after it. */
export function isCatchAll(match: Fields): boolean {
  const uri = fieldsAt(match, "uri");
  const path = !has(match, "uri") || textAt(uri, "prefix") === "/" || textAt(uri, "regex") === ".*";
  const others = ["method", "authority", "scheme"].some((key) => has(match, key));
  const maps = ["headers", "withoutHeaders", "queryParams"];
  return path && !others && maps.every((key) => Object.keys(fieldsAt(match, key)).length === 0);
}

/** Reads a StringMatch. One without a form, and the regular expression `*`, match every value that is set. */
export function stringMatch(match: unknown): Pattern {
  for (const form of ["exact", "prefix", "regex"] as const) {
    const text = textAt(match, form);
    if (text === undefined) continue;
    if (form === "regex" && text === "*") return { form: "present" };
    // Prefixes of the Gateway API end at a slash.
    if (form === "prefix" && fieldsOf(match).separated === true) return separatedPrefix(text);
    return { form, text };
  }
  return { form: "present" };
}

function separatedPrefix(text: string): Pattern {
  return { form: "regex", text: `${quoted(text.replace(/\/$/, ""))}(?:/.*)?` };
}

function textMatches(match: unknown, value: string | undefined, ignoreCase = false): Truth {
  const pattern = stringMatch(match);
  if (!isReadable(pattern)) return "unknown";
  const folded: Pattern =
    ignoreCase && (pattern.form === "exact" || pattern.form === "prefix")
      ? { ...pattern, ignoreCase: true }
      : pattern;
  return truth(matches(folded, value));
}

const claims = "@request.auth.claims";

function headerMatches({ headers = {}, claims: token }: RoutedRequest, name: string, match: unknown): Truth {
  if (!name.toLowerCase().startsWith(claims)) return textMatches(match, headers[name.toLowerCase()]);
  const rest = name.slice(claims.length);
  const names = rest.startsWith("[") ? rest.slice(1, -1).split("][") : rest.slice(1).split(".");
  let value: unknown = token;
  for (const one of names) value = fieldsAt({ value }, "value")[one];
  const values = (Array.isArray(value) ? value : [value]) as unknown[];
  return some(values, (one) => textMatches(match, typeof one === "string" ? one : undefined));
}

/** A header that is missing counts as an empty one, unless every value would match. */
function lacksHeader(headers: Readonly<Record<string, string>>, name: string, match: unknown): Truth {
  const pattern = stringMatch(match);
  const value = pattern.form === "present" ? headers[name] : (headers[name] ?? "");
  const found = textMatches(match, value);
  return found === "unknown" ? found : truth(found === "no");
}

/** Returns the matches of a route: one without conditions if it has none. */
export function matchesOf(route: Fields): Fields[] {
  const list = listAt(route, "match");
  return list.length > 0 ? list : [{}];
}
