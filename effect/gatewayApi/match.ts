import { type Fields, fieldsAt, has, listAt, textAt } from "../field";
import { quoted } from "../pattern";

/**
 * Returns a match of an HTTPRoute as one of a VirtualService. Prefixes end at a slash (`separated`).
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproutematch
 */
export function httpMatch(match: Fields): Fields {
  const method = textAt(match, "method");
  return {
    uri: pathMatch(fieldsAt(match, "path")),
    ...byName("headers", match, "headers"),
    ...byName("queryParams", match, "queryParams"),
    ...(method !== undefined && { method: { exact: method } }),
  };
}

function pathMatch(path: Fields): Fields {
  const value = textAt(path, "value") ?? "/";
  switch (textAt(path, "type") ?? "PathPrefix") {
    case "Exact":
      return { exact: value };
    case "RegularExpression":
      return { regex: value };
    default: {
      const prefix = value === "/" ? value : value.replace(/\/$/, "");
      return { prefix, ...(prefix !== "/" && { separated: true }) };
    }
  }
}

/** Returns a match of a GRPCRoute as one of a VirtualService: of the path `/<service>/<method>`. */
export function grpcMatch(match: Fields): Fields {
  return { ...byName("headers", match, "headers"), ...(has(match, "method") && { uri: grpcPath(match) }) };
}

function grpcPath(match: Fields): Fields {
  const of = fieldsAt(match, "method");
  const [service, method] = [textAt(of, "service"), textAt(of, "method")];
  const isExpression = textAt(of, "type") === "RegularExpression";
  if (service === undefined) return { regex: `/[^/]+/${method ?? ""}` };
  if (method === undefined)
    return isExpression ? { regex: `/${service}/.+` } : { prefix: `/${service}/`, separated: true };
  return isExpression ? { regex: `/${service}/${method}` } : { exact: `/${service}/${method}` };
}

/** Conditions on headers or parameters, by name. The last of a name applies. */
function byName(key: string, match: Fields, list: string): Fields {
  const entries = listAt(match, list).map((one): [string, Fields] => {
    const form = textAt(one, "type") === "RegularExpression" ? "regex" : "exact";
    return [textAt(one, "name") ?? "", { [form]: textAt(one, "value") ?? "" }];
  });
  return entries.length > 0 ? { [key]: Object.fromEntries(entries) } : {};
}

/**
 * The order in which a gateway evaluates the matches of all routes of a host: by path, method, headers and parameters. Routes
 * that are alike keep their order.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
 */
export function byPrecedence(a: Fields, b: Fields): number {
  return precedes(a, b) ? -1 : precedes(b, a) ? 1 : 0;
}

function precedes(a: Fields, b: Fields): boolean {
  const [[one], [other]] = [listAt(a, "match"), listAt(b, "match")];
  if (one === undefined) return false;
  if (other === undefined) return true;
  const first = ranksOf(one);
  const second = ranksOf(other);
  const differing = first.findIndex((rank, i) => rank !== second[i]);
  return differing >= 0 && (first[differing] ?? 0) > (second[differing] ?? 0);
}

/** Higher numbers come first. */
function ranksOf(match: Fields): number[] {
  const uri = fieldsAt(match, "uri");
  const forms = ["regex", "prefix", "exact"];
  const form = has(match, "uri") ? forms.findIndex((each) => textAt(uri, each) !== undefined) : -2;
  const text = textAt(uri, forms[form] ?? "") ?? "";
  const count = (key: string): number => Object.keys(fieldsAt(match, key)).length;
  return [form, text.length, has(match, "method") ? 1 : 0, count("headers"), count("queryParams")];
}

/** The expression by which Envoy removes a matched prefix from a path. */
export function prefixRemoval(match: Fields | undefined): string {
  const uri = fieldsAt({ uri: match?.uri }, "uri");
  const prefix = uri.separated === true ? (textAt(uri, "prefix") ?? "") : "";
  return `^${quoted(prefix.replace(/\/$/, ""))}(/?)(.*)`;
}
