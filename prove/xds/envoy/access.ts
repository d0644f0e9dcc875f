import type { Request } from "../../../effect";
import { type Json, listOf, objectOf, valueAt } from "../json";
import { blockHolds, textHolds } from "./text";

/** A request, or a connection, whose filters are evaluated. */
export interface Subject extends Omit<Request, "identity"> {
  /** SPIFFE identity of the client. Undefined without a certificate of the mesh. */
  readonly principal: string | undefined;
  /** URL of the key set of each issuer that names one. A filter that fetches keys elsewhere refuses its tokens. */
  readonly keySets: ReadonlyMap<string, string>;
}

/**
 * What the filters of a chain do with a request. They pass it, or deny it because of its token or by a policy. Or it is
 * not known because of a filter that is not evaluated.
 */
export type Admission = "passed" | "token refused" | "denied" | { readonly unknown: string };

/**
 * Evaluates the filters of a chain up to its connection manager or TCP proxy, as Envoy does. It shares nothing with the
 * model of effects.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto
 */
export function admission(chain: Json, request: Subject): Admission {
  const state: State = { ...request, payload: undefined, asks: undefined };
  for (const filter of listOf(chain.filters)) {
    const config = objectOf(filter.typedConfig);
    const found = isConnectionManager(config)
      ? listOf(config.httpFilters).map((one) => filtered(one, state))
      : [filtered(filter, state)];
    // An authorizer denies as a policy does, so a policy's denial stands whatever it decides.
    const denial = found.find((one) => one === "denied" || one === "token refused");
    if (denial !== undefined) return denial;
    const unknown = found.find((one) => typeof one === "object");
    if (unknown !== undefined) return unknown;
  }
  return "passed";
}

export function isConnectionManager(config: Json): boolean {
  return String(config["@type"]).endsWith("HttpConnectionManager");
}

interface State extends Subject {
  payload: Json | undefined;
  /** Whether a policy of the action CUSTOM asks an external authorizer about the request. */
  asks: boolean | undefined;
}

/** Filters that decide nothing about single requests. Those of databases only count their commands. */
const neutral =
  /^(istio[._](alpn|stats|authn|metadata_exchange)|istio\.metadata_exchange|envoy\.filters\.(http|network)\.(cors|fault|router|grpc_stats|grpc_web|compressor|decompressor|local_ratelimit|ratelimit|stateful_session|header_mutation|set_filter_state|upstream_codec|tcp_proxy|mongo_proxy|mysql_proxy|sni_cluster|metadata_exchange|peer_metadata))$/;

function filtered({ name, typedConfig, disabled }: Json, state: State): Admission {
  const filter = String(name);
  if (disabled === true || neutral.test(filter)) return "passed";
  const config = objectOf(typedConfig);
  if (filter.endsWith(".jwt_authn")) return authenticated(config, state);
  if (filter.endsWith(".rbac")) return authorized(config, state);
  if (filter.endsWith(".ext_authz") && state.asks === false) return "passed";
  return { unknown: `the filter ${filter} is not evaluated` };
}

function authenticated(config: Json, state: State): Admission {
  if (state.claims === undefined) return "passed";
  const provider = accepting(config, state.claims, state.keySets);
  if (provider === undefined) return "token refused";
  state.payload = payloadOf(provider, state.claims);
  return "passed";
}

function accepting({ providers }: Json, claims: Json, keySets: Subject["keySets"]): Json | undefined {
  const given = [claims.aud].flat();
  return Object.values(objectOf(providers))
    .map(objectOf)
    .find(({ issuer, audiences, remoteJwks }) => {
      const wanted = (audiences ?? []) as string[];
      const keys = keySets.get(String(issuer));
      if (keys !== undefined && valueAt(remoteJwks, "httpUri", "uri") !== keys) return false;
      return issuer === claims.iss && (wanted.length === 0 || wanted.some((one) => given.includes(one)));
    });
}

function payloadOf(provider: Json, claims: Json): Json {
  const split = objectOf(provider.normalizePayloadInMetadata).spaceDelimitedClaims ?? [];
  return Object.fromEntries(
    Object.entries(claims).map(([name, value]) => [
      name,
      (split as string[]).includes(name) && typeof value === "string" ? value.split(" ") : value,
    ]),
  );
}

/** An RBAC filter without enforced rules passes everything. Shadow rules can ask an external authorizer. */
function authorized({ rules, shadowRules, shadowRulesStatPrefix }: Json, state: State): Admission {
  try {
    if (shadowRules !== undefined && String(shadowRulesStatPrefix).includes("ext_authz")) {
      state.asks = matches(objectOf(shadowRules), state);
    }
    if (rules === undefined) return "passed";
    const config = objectOf(rules);
    const matched = matches(config, state);
    return matched === (config.action === "DENY") ? "denied" : "passed";
  } catch (error) {
    if (error instanceof Unread) return { unknown: error.message };
    throw error;
  }
}

class Unread extends Error {}

function matches({ policies }: Json, subject: State): boolean {
  return Object.values(objectOf(policies)).some((policy) => {
    const { permissions, principals } = objectOf(policy);
    return (
      listOf(permissions).some((one) => holds(one, subject)) &&
      listOf(principals).some((one) => holds(one, subject))
    );
  });
}

function holds(one: Json, subject: State): boolean {
  const [[kind, value] = ["", undefined]] = Object.entries(one);
  const own = objectOf(value);
  switch (kind) {
    case "any":
      return value === true;
    case "andRules":
    case "andIds":
      return listOf(own.rules ?? own.ids).every((inner) => holds(inner, subject));
    case "orRules":
    case "orIds":
      return listOf(own.rules ?? own.ids).some((inner) => holds(inner, subject));
    case "notRule":
    case "notId":
      return !holds(own, subject);
    case "destinationPort":
      return value === subject.port;
    case "header":
      return headerHolds(own, subject);
    case "urlPath":
      return textHolds(objectOf(own.path), pathOf(subject));
    case "uriTemplate":
      return templateHolds(String(objectOf(own.typedConfig).pathTemplate), pathOf(subject));
    case "requestedServerName":
      return textHolds(own, subject.sni ?? "");
    case "authenticated":
      return textHolds(objectOf(own.principalName), subject.principal);
    case "filterState":
      return textHolds(objectOf(own.stringMatch), subject.principal);
    case "directRemoteIp":
      return blockHolds(own, subject.address ?? "");
    case "remoteIp":
      return blockHolds(own, subject.remoteAddress ?? "");
    case "metadata":
      return valueHolds(objectOf(own.value), claimAt(subject.payload, listOf(own.path).slice(1)));
    default:
      throw new Unread(`the condition ${kind} is not evaluated`);
  }
}

function pathOf({ path = "/" }: State): string {
  return path.split(/[?#]/)[0] ?? "";
}

function headerHolds({ name, presentMatch, stringMatch }: Json, subject: State): boolean {
  const values: Record<string, string | undefined> = {
    ":method": subject.method,
    ":authority": subject.host,
    ...subject.headers,
  };
  const value = values[String(name).toLowerCase()];
  return presentMatch === true ? value !== undefined : textHolds(objectOf(stringMatch), value);
}

function templateHolds(template: string, path: string): boolean {
  const source = template
    .split("/")
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]+" : part))
    .join("/");
  return new RegExp(`^${source}$`).test(path);
}

function claimAt(payload: unknown, path: readonly Json[]): unknown {
  return path.reduce<unknown>((value, { key }) => objectOf(value)[String(key)], payload);
}

function valueHolds(matcher: Json, value: unknown): boolean {
  if (matcher.orMatch !== undefined) {
    return listOf(objectOf(matcher.orMatch).valueMatchers).some((one) => valueHolds(one, value));
  }
  if (matcher.listMatch !== undefined) {
    const { oneOf } = objectOf(matcher.listMatch);
    return Array.isArray(value) && value.some((one) => valueHolds(objectOf(oneOf), one));
  }
  return typeof value === "string" && textHolds(objectOf(matcher.stringMatch), value);
}
