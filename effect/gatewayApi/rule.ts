import { type Fields, fieldsAt, has, listAt, numberAt, textAt, textsAt } from "../field";
import { milliseconds } from "../duration";
import type { Model } from "../model";
import type { KnownObject } from "../object";
import { quoted } from "../pattern";
import { destinationOf, weightedBackends } from "./backend";
import { grpcMatch, httpMatch, prefixRemoval } from "./match";

/** A rule's routes in the form of a VirtualService's, each with one match. */
export type Translated = readonly { readonly route: Fields; readonly rule: number }[] | "invalid";

/**
 * Returns the routes of an HTTPRoute or a GRPCRoute as routes of a VirtualService, as istiod translates them.
 *
 * @param granted whether references to other namespaces need a ReferenceGrant.
 * @returns `invalid` if istiod refuses the route as a whole, because of a filter or a reference of one rule.
 */
export function translateRules(model: Model, route: KnownObject, granted: boolean): Translated {
  const isGrpc = route.kind === "GRPCRoute";
  const rules = has(route.spec, "rules") || isGrpc ? listAt(route.spec, "rules") : [{}];
  const translated: { route: Fields; rule: number }[] = [];
  for (const [index, rule] of rules.entries()) {
    const matches = matchesOf(rule, isGrpc);
    for (const match of matches) {
      const one = translateRule(model, route, rule, { match, index, granted });
      if (one === "invalid") return one;
      translated.push({ route: one, rule: index });
    }
  }
  return translated;
}

/** The matches of a rule. The API server adds one for every path to a rule of an HTTPRoute without any. */
function matchesOf(rule: Fields, isGrpc: boolean): readonly (Fields | undefined)[] {
  if (isGrpc) {
    const list = listAt(rule, "matches").map(grpcMatch);
    return list.length > 0 ? list : [undefined];
  }
  if (!has(rule, "matches")) return [httpMatch({})];
  const list = listAt(rule, "matches").map(httpMatch);
  return list.length > 0 ? list : [undefined];
}

interface Place {
  readonly match: Fields | undefined;
  readonly index: number;
  readonly granted: boolean;
}

function translateRule(
  model: Model,
  route: KnownObject,
  rule: Fields,
  { match, index, granted }: Place,
): Fields | "invalid" {
  const filters = filtersOf(model, route, rule, match, granted);
  const backends = weightedBackends(model, route, rule, granted);
  if (filters === "invalid" || backends.some(({ destination }) => destination === "invalid"))
    return "invalid";
  const own = backends.map(({ backend }) => filtersOf(model, route, backend, undefined, granted));
  const isChanging = (one: Fields | "invalid"): boolean =>
    one === "invalid" || Object.keys(one).some((key) => key !== "headers");
  if (own.some(isChanging)) return "invalid";
  const single = backends.length === 1;
  const destinations = backends.map(({ destination, weight }, i) => ({
    destination,
    ...(!single && { weight }),
    ...(own[i] as Fields),
  }));
  return {
    name: textAt(rule, "name") ?? `${route.namespace}.${route.name}.${index}`,
    match: match ? [match] : [],
    ...filters,
    ...(route.kind === "HTTPRoute" && attempts(rule)),
    ...(backends.length === 0 && !has(filters, "redirect")
      ? { directResponse: { status: 500 } }
      : { route: destinations }),
  };
}

function attempts(rule: Fields): Fields {
  const retry = fieldsAt(rule, "retry");
  const codes = textsAt(retry, "codes");
  const count = numberAt(retry, "attempts") ?? 2;
  const { request, backendRequest } = fieldsAt(rule, "timeouts");
  const isSet = (time: unknown): time is string => typeof time === "string" && (milliseconds(time) ?? 0) > 0;
  const retries = has(rule, "retry") && {
    retries: {
      attempts: count,
      retryOn: ["connect-failure", "refused-stream", "unavailable", "cancelled", ...codes].join(","),
      ...(has(retry, "backoff") && { backoff: retry.backoff }),
      ...(isSet(backendRequest) && { perTryTimeout: backendRequest }),
    },
  };
  const timeout = !retries && isSet(backendRequest) ? backendRequest : isSet(request) ? request : undefined;
  return { ...(timeout !== undefined && { timeout }), ...retries };
}

/** The filters of a rule or a backend as fields of a route. `invalid` for one that Istio doesn't implement. */
function filtersOf(
  model: Model,
  route: KnownObject,
  of: Fields,
  match: Fields | undefined,
  granted: boolean,
): Fields | "invalid" {
  const headers: Record<string, Fields> = {};
  const mirrors: Fields[] = [];
  let result: Fields = {};
  const isGrpc = route.kind === "GRPCRoute";
  for (const filter of listAt(of, "filters")) {
    const type = textAt(filter, "type") ?? "";
    if (isGrpc && ["RequestRedirect", "URLRewrite", "CORS"].includes(type)) return "invalid";
    switch (type) {
      case "RequestHeaderModifier":
        headers.request = headerChanges(fieldsAt(filter, "requestHeaderModifier"));
        break;
      case "ResponseHeaderModifier":
        headers.response = headerChanges(fieldsAt(filter, "responseHeaderModifier"));
        break;
      case "RequestRedirect":
        result = { ...result, redirect: redirectOf(fieldsAt(filter, "requestRedirect")) };
        break;
      case "URLRewrite":
        result = { ...result, ...rewriteOf(fieldsAt(filter, "urlRewrite"), match) };
        break;
      case "RequestMirror": {
        const mirror = fieldsAt(filter, "requestMirror");
        const destination = destinationOf(model, route, fieldsAt(mirror, "backendRef"), granted);
        if (destination !== "invalid" && textAt(destination, "host") !== undefined)
          mirrors.push({ destination, ...shareOf(mirror) });
        break;
      }
      case "CORS":
        result = { ...result, corsPolicy: corsOf(fieldsAt(filter, "cors")) };
        break;
      default:
        return "invalid";
    }
  }
  return {
    ...result,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(mirrors.length > 0 && { mirrors }),
  };
}

function headerChanges(filter: Fields): Fields {
  const texts = (key: string): Fields => {
    const entries = listAt(filter, key).map((one): [string, unknown] => [
      (textAt(one, "name") ?? "").toLowerCase(),
      one.value,
    ]);
    // The first of a name applies.
    return Object.fromEntries(entries.reverse());
  };
  return Object.fromEntries(
    Object.entries({ set: texts("set"), add: texts("add"), remove: textsAt(filter, "remove") }).filter(
      ([, value]) => Object.keys(value).length > 0,
    ),
  );
}

function shareOf(mirror: Fields): Fields {
  const fraction = fieldsAt(mirror, "fraction");
  const numerator = numberAt(fraction, "numerator");
  const percent = numberAt(mirror, "percent");
  const value =
    numerator === undefined ? percent : (100 * numerator) / (numberAt(fraction, "denominator") ?? 100);
  return value === undefined ? {} : { percentage: { value } };
}

function redirectOf(filter: Fields): Fields {
  const path = fieldsAt(filter, "path");
  const [scheme, port] = [textAt(filter, "scheme"), numberAt(filter, "port")];
  const derived = scheme === undefined ? "FROM_REQUEST_PORT" : "FROM_PROTOCOL_DEFAULT";
  return {
    redirectCode: numberAt(filter, "statusCode") ?? 302,
    ...(has(filter, "hostname") && { authority: filter.hostname }),
    ...(scheme !== undefined && { scheme }),
    ...(port === undefined ? { derivePort: derived } : { port }),
    ...(textAt(path, "type") === "ReplaceFullPath" && { uri: path.replaceFullPath }),
    ...(textAt(path, "type") === "ReplacePrefixMatch" && { prefixRewrite: path.replacePrefixMatch }),
  };
}

function rewriteOf(filter: Fields, match: Fields | undefined): Fields {
  const path = fieldsAt(filter, "path");
  const full = textAt(path, "replaceFullPath");
  const prefix = textAt(path, "replacePrefixMatch")?.replace(/\/$/, "");
  const authority = textAt(filter, "hostname");
  const rewrite = {
    ...(full !== undefined && { uriRegexRewrite: { match: "/.*", rewrite: full } }),
    ...(prefix === "" && { uriRegexRewrite: { match: prefixRemoval(match), rewrite: "/\\2" } }),
    ...(prefix !== undefined && prefix !== "" && { uri: prefix }),
    ...(authority !== undefined && { authority }),
  };
  return Object.keys(rewrite).length > 0 ? { rewrite } : {};
}

function corsOf(filter: Fields): Fields {
  const origins = textsAt(filter, "allowOrigins").map((origin) => {
    if (origin === "*") return { regex: "^[a-zA-Z][a-zA-Z0-9+.-]*://[^/\\s?#]+$" };
    if (!origin.includes("*")) return { exact: origin };
    if (origin.indexOf("*") === origin.length - 1) return { prefix: origin.slice(0, -1) };
    return { regex: `^${origin.split("*").map(quoted).join(".*")}$` };
  });
  const lists = ["allowMethods", "allowHeaders", "exposeHeaders"].filter((key) => has(filter, key));
  const age = numberAt(filter, "maxAge") ?? 0;
  return {
    allowOrigins: origins,
    ...(filter.allowCredentials === true && { allowCredentials: true }),
    ...Object.fromEntries(lists.map((key) => [key, filter[key]])),
    ...(age > 0 && { maxAge: `${age}s` }),
    unmatchedPreflights: "IGNORE",
  };
}
