import { classesOf } from "./classes";
import { type Fields, fieldsAt, fieldsOf, has } from "./field";
import { requestMatches, type RoutedRequest, stringMatch } from "./httpMatch";
import type { Pattern } from "./pattern";
import { defaultSettings } from "./settings";

/** Most requests of which every combination of classes is compared. Above, each condition varies alone. */
const most = 2000;

/** Returns requests to a host and port of which one is in each class that the matches of routes distinguish. */
export function routedRequests(base: RoutedRequest, matches: readonly Fields[]): RoutedRequest[] {
  const patterns = new Map<string, Pattern[]>();
  const add = (dimension: string, match: unknown): void => {
    const { separated, prefix = "" } = fieldsOf(match);
    const own: Pattern[] =
      separated === true
        ? [
            { form: "exact", text: String(prefix) },
            { form: "prefix", text: `${String(prefix)}/` },
          ]
        : [stringMatch(match)];
    patterns.set(dimension, [...(patterns.get(dimension) ?? []), ...own]);
  };
  for (const match of matches) {
    if (has(match, "uri")) add("path", match.uri);
    if (has(match, "method")) add("method", match.method);
    for (const key of ["headers", "withoutHeaders"]) {
      for (const [name, one] of Object.entries(fieldsAt(match, key)))
        add(`header ${name.toLowerCase()}`, one);
    }
    for (const [name, one] of Object.entries(fieldsAt(match, "queryParams"))) add(`query ${name}`, one);
  }
  const values = [...patterns].map(
    ([dimension, all]) => [dimension, classesOf(dimension, all, knownOf(dimension))] as const,
  );
  const count = values.reduce((product, [, list]) => product * list.length, 1);
  if (count <= most) {
    return values.reduce<RoutedRequest[]>(
      (requests, [dimension, list]) =>
        list.flatMap((value) => requests.map((request) => set(request, dimension, value))),
      [base],
    );
  }
  const fulfilling = matches.map((match) =>
    values.reduce(
      (request, [dimension, list]) =>
        list
          .map((value) => set(request, dimension, value))
          .find((one) => requestMatches(one, only(match, dimension), defaultSettings) === "yes") ?? request,
      base,
    ),
  );
  return [base, ...fulfilling].flatMap((request) => [
    request,
    ...values.flatMap(([dimension, list]) => list.map((value) => set(request, dimension, value))),
  ]);
}

function knownOf(dimension: string): string[] {
  return dimension === "method" ? ["GET"] : dimension === "path" ? ["/"] : [];
}

function set(request: RoutedRequest, dimension: string, value: unknown): RoutedRequest {
  const text = typeof value === "string" ? value : undefined;
  const [kind = "", name = ""] = dimension.split(" ", 2);
  if (text === undefined) return request;
  switch (kind) {
    case "path":
      return { ...request, path: `${text}${queryOf(request.path)}` };
    case "method":
      return { ...request, method: text };
    case "query":
      return {
        ...request,
        path: `${request.path ?? "/"}${queryOf(request.path) === "" ? "?" : "&"}${name}=${text}`,
      };
    default:
      return { ...request, headers: { ...request.headers, [name]: text } };
  }
}

function queryOf(path = "/"): string {
  const at = path.indexOf("?");
  return at < 0 ? "" : path.slice(at);
}

/** A match with the condition about one aspect alone. */
function only(match: Fields, dimension: string): Fields {
  const [kind = "", name = ""] = dimension.split(" ", 2);
  const keys: Readonly<Record<string, readonly string[]>> = {
    path: ["uri"],
    method: ["method"],
    query: ["queryParams"],
    header: ["headers", "withoutHeaders"],
  };
  return Object.fromEntries(
    (keys[kind] ?? [])
      .filter((key) => has(match, key))
      .map((key) => {
        if (name === "") return [key, match[key]];
        const own = Object.entries(fieldsAt(match, key)).filter(([each]) => each.toLowerCase() === name);
        return [key, Object.fromEntries(own)];
      }),
  );
}
