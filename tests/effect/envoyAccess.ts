import type { Request } from "../../effect";

/**
 * Evaluates the inbound filters that istiod sends a proxy, as Envoy does. It shares nothing with the model.
 *
 * @see https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/rbac/v3/rbac.proto
 */
export function envoyAllows(listeners: readonly Json[], request: Request): boolean {
  const inbound = listeners.find(({ name }) => name === "virtualInbound");
  const chains = listOf(inbound?.filterChains).filter(
    ({ filterChainMatch }) => objectOf(filterChainMatch).destinationPort === request.port,
  );
  if (chains.length === 0) throw new Error(`the proxy has no filter chain for port ${request.port}`);
  const tls = chains.find(({ transportSocket }) => transportSocket !== undefined);
  const plain = chains.find(({ transportSocket }) => transportSocket === undefined);
  const usesTls = request.identity !== undefined && tls !== undefined;
  const chain = usesTls ? tls : plain;
  if (!chain) return false;
  const subject: Subject = {
    ...request,
    principal: tls && request.identity && spiffe(request.identity),
    payload: undefined,
  };
  for (const filter of listOf(chain.filters)) {
    const config = objectOf(filter.typedConfig);
    if (filter.name === "envoy.filters.network.rbac" && !passes(config, subject)) return false;
    if (!String(config["@type"]).endsWith("HttpConnectionManager")) continue;
    for (const http of listOf(config.httpFilters)) {
      const own = objectOf(http.typedConfig);
      if (http.name === "envoy.filters.http.jwt_authn" && request.claims) {
        const provider = accepting(own, request.claims);
        if (!provider) return false;
        subject.payload = payloadOf(provider, request.claims);
      }
      if (http.name === "envoy.filters.http.rbac" && !passes(own, subject)) return false;
    }
  }
  return true;
}

export type Json = Readonly<Record<string, unknown>>;

interface Subject extends Request {
  principal: string | undefined;
  payload: unknown;
}

export function objectOf(value: unknown): Json {
  return value !== null && typeof value === "object" ? (value as Json) : {};
}

export function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? (value as Json[]) : [];
}

function spiffe({ trustDomain, namespace, serviceAccount }: NonNullable<Request["identity"]>): string {
  return `spiffe://${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

function accepting({ providers }: Json, claims: Json): Json | undefined {
  const given = [claims.aud].flat();
  return Object.values(objectOf(providers))
    .map(objectOf)
    .find(({ issuer, audiences }) => {
      const wanted = (audiences ?? []) as string[];
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

/** An RBAC filter without enforced rules passes everything. */
function passes({ rules }: Json, subject: Subject): boolean {
  if (rules === undefined) return true;
  const { action = "ALLOW", policies } = objectOf(rules);
  const matched = Object.values(objectOf(policies)).some((policy) => {
    const { permissions, principals } = objectOf(policy);
    return (
      listOf(permissions).some((one) => holds(one, subject)) &&
      listOf(principals).some((one) => holds(one, subject))
    );
  });
  return action === "DENY" ? !matched : matched;
}

function holds(one: Json, subject: Subject): boolean {
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
      throw new Error(`unread: ${JSON.stringify(one)}`);
  }
}

function pathOf({ path = "/" }: Subject): string {
  return path.split(/[?#]/)[0] ?? "";
}

function headerHolds({ name, presentMatch, stringMatch }: Json, subject: Subject): boolean {
  const values: Record<string, string | undefined> = {
    ":method": subject.method,
    ":authority": subject.host,
    ...subject.headers,
  };
  const value = values[String(name).toLowerCase()];
  return presentMatch === true ? value !== undefined : textHolds(objectOf(stringMatch), value);
}

export function textHolds(matcher: Json, value: string | undefined): boolean {
  if (value === undefined) return false;
  const { exact, prefix, suffix, safeRegex, ignoreCase } = matcher;
  const fold = (text: unknown): string => (ignoreCase === true ? String(text).toLowerCase() : String(text));
  if (prefix !== undefined) return fold(value).startsWith(fold(prefix));
  if (suffix !== undefined) return fold(value).endsWith(fold(suffix));
  if (safeRegex !== undefined) return new RegExp(`^(?:${String(objectOf(safeRegex).regex)})$`).test(value);
  return fold(value) === fold(exact ?? "");
}

function templateHolds(template: string, path: string): boolean {
  const source = template
    .split("/")
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]+" : part))
    .join("/");
  return new RegExp(`^${source}$`).test(path);
}

function blockHolds({ addressPrefix, prefixLen = 0 }: Json, address: string): boolean {
  const bits = (text: string): string =>
    text
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  const length = Number(prefixLen);
  return bits(address).slice(0, length) === bits(String(addressPrefix)).slice(0, length);
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
