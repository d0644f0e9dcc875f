import { fieldsAt, type Fields } from "./field";
import type { Route, RouteDestination } from "./routing";

/** Everything that requests can notice of a route, by name: `timeout`, `share of cart:8080 subset v1`. */
type Parts = ReadonlyMap<string, string>;

/** Describes only what two routes don't have in common: what each of them has, in the same order. */
export function routeChange(was: Route, is: Route): readonly [before: string, after: string] {
  const places = [was, is].map(({ destinations }) => new Set(destinations.map(placeOf)));
  const isCommon = (place: string): boolean => places.every((own) => own.has(place));
  const [old, now] = [partsOf(was, isCommon), partsOf(is, isCommon)];
  const names = [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => old.get(name) !== now.get(name),
  );
  const shown = shared(names, old, now);
  // Of a destination that only one of them has, and of a route to none, nothing is set in the other.
  const isRouted = [was, is].every(({ destinations }) => destinations.length > 0);
  const text = (parts: Parts): string =>
    shown
      .flatMap(([title, name]) => {
        const value = parts.get(name);
        const [, place] = name.split(" of ");
        const isSettable = isRouted && (place === undefined || isCommon(place));
        return value === undefined && !isSettable ? [] : [`${title} ${value ?? "not set"}`];
      })
      .join(", ");
  return [text(old), text(now)];
}

/** Settings that change alike at every destination are said once. */
function shared(
  names: readonly string[],
  old: Parts,
  now: Parts,
): (readonly [title: string, name: string])[] {
  const groups = Map.groupBy(names, (name) => {
    const [setting = ""] = name.split(" of ");
    return JSON.stringify([setting, old.get(name), now.get(name)]);
  });
  return [...groups.values()].flatMap((group) => {
    const [first = ""] = group;
    const [setting = "", place] = first.split(" of ");
    const alike = place !== undefined && setting !== "share" && group.length > 1;
    return alike ? [[setting, first] as const] : group.map((name) => [name, name] as const);
  });
}

function partsOf(route: Route, isCommon: (place: string) => boolean): Parts {
  const { outcome, destinations, timeout, retries, mirrors } = route;
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  return new Map([
    ["outcome", outcome],
    ...destinations.flatMap((one) => [
      [`share of ${placeOf(one)}`, `${Math.round((one.weight / total) * 1000) / 10} %`] as const,
      ...destinationParts(one).filter(
        ([name, value]) => isCommon(placeOf(one)) || isNotable(name.split(" of ")[0], value),
      ),
    ]),
    ...given("timeout", timeout === undefined ? undefined : `${timeout} ms`),
    ...given("retries", retries && String(retries.attempts)),
    ...given(
      "time of an attempt",
      retries?.perTryTimeout === undefined ? undefined : `${retries.perTryTimeout} ms`,
    ),
    ...given("retries on", retries?.retryOn),
    ...(["fault", "rewrite", "redirect", "directResponse", "headers", "cors"] as const).flatMap((key) =>
      leaves(route[key] ?? {}, key),
    ),
    ...mirrors.map(
      ({ destination, percentage }) => [`copies to ${placeOf(destination)}`, `${percentage} %`] as const,
    ),
  ]);
}

/** Whether a setting of a destination that is new or gone is worth a reader's attention. */
function isNotable(name: string | undefined, value: string): boolean {
  return name === "cluster" || (name === "TLS" && value !== "ISTIO_MUTUAL" && value !== "auto");
}

function destinationParts(one: RouteDestination): (readonly [string, string])[] {
  const { exists, labels = {}, tls, policy, headers = {} } = one;
  const { tls: settings, ...others } = policy;
  const all = [
    ["TLS", tls] as const,
    ...(exists ? [] : [["cluster", "missing"] as const]),
    ...leaves(labels, "label"),
    ...given("resolution", one.resolution),
    ...given("endpoints", one.endpoints?.join(", ")),
    ...leaves({ ...fieldsAt(settings), mode: undefined }, "tls"),
    ...leaves(others),
    ...leaves(headers, "headers"),
  ];
  return all.map(([name, value]) => [`${name} of ${placeOf(one)}`, value]);
}

function placeOf({ host, port, subset }: Pick<RouteDestination, "host" | "port" | "subset">): string {
  return `${host}:${port}${subset === undefined ? "" : ` subset ${subset}`}`;
}

/** The values of an object with their paths, such as `connectionPool.http.maxRetries`. */
function leaves(value: Fields, path = ""): (readonly [string, string])[] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = path === "" ? key : `${path}.${key}`;
    if (inner === undefined) return [];
    return inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? leaves(inner as Fields, name)
      : [[name, typeof inner === "string" ? inner : JSON.stringify(inner)] as const];
  });
}

function given(name: string, value: string | undefined): (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}
