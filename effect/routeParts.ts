import { fieldsAt, type Fields } from "./field";
import { shareText } from "./routeText";
import type { Route, RouteDestination } from "./routing";

/** Everything that requests can notice of a route, by name: `timeout`, `share of cart:8080 subset v1`. */
type Parts = ReadonlyMap<string, string>;

/** A setting that two routes do not have in common. */
export interface ChangedPart {
  /** What changes, such as `timeout` or `connectionPool.tcp.maxConnections`. */
  readonly setting: string;
  /** The destination whose setting it is. Undefined for a setting of the route. */
  readonly place?: string;
  /** Undefined if it was not set. */
  readonly before?: string;
  /** Undefined if it is not set any more. */
  readonly after?: string;
}

/** Describes only what two routes don't have in common: what each of them has, in the same order. */
export function routeChange(was: Route, is: Route): readonly [before: string, after: string] {
  const isCommon = commonPlaces(was, is);
  const changed = changedParts(was, is);
  // Of a destination that only one of them has, and of a route to none, nothing is set in the other.
  const isRouted = [was, is].every(({ destinations }) => destinations.length > 0);
  const shown = shared(changed);
  const text = (side: "before" | "after"): string =>
    shown
      .flatMap(([title, { place, [side]: value }]) => {
        const isSettable = isRouted && (place === undefined || isCommon(place));
        return value === undefined && !isSettable ? [] : [`${title} ${value ?? "not set"}`];
      })
      .join(", ");
  return [text("before"), text("after")];
}

/** Returns everything that requests can notice of one of two routes alone. */
export function changedParts(was: Route, is: Route): ChangedPart[] {
  const isCommon = commonPlaces(was, is);
  const [old, now] = [partsOf(was, isCommon), partsOf(is, isCommon)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const [before, after] = [old.get(name), now.get(name)];
    if (before === after) return [];
    const [, setting = name, place] = /^(.+?) of (\S+:\d+.*)$/.exec(name) ?? [];
    return [
      {
        setting,
        ...(place !== undefined && { place }),
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      },
    ];
  });
}

function commonPlaces(was: Route, is: Route): (place: string) => boolean {
  const places = [was, is].map(({ destinations }) => new Set(destinations.map(placeOf)));
  return (place) => places.every((own) => own.has(place));
}

/** Settings that change alike at every destination are said once. */
function shared(changed: readonly ChangedPart[]): (readonly [title: string, part: ChangedPart])[] {
  const groups = Map.groupBy(changed, ({ setting, before, after }) =>
    JSON.stringify([setting, before, after]),
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const alike = first.place !== undefined && first.setting !== "share" && group.length > 1;
    return alike ? [[first.setting, first] as const] : group.map((part) => [titleOf(part), part] as const);
  });
}

function titleOf({ setting, place }: ChangedPart): string {
  return place === undefined ? setting : `${setting} of ${place}`;
}

function partsOf(route: Route, isCommon: (place: string) => boolean): Parts {
  const { outcome, destinations, timeout, retries, mirrors } = route;
  const total = destinations.reduce((sum, { weight }) => sum + weight, 0);
  return new Map([
    ["outcome", outcome],
    ...destinations.flatMap((one) => [
      [`share of ${placeOf(one)}`, shareText(one.weight, total)] as const,
      ...destinationParts(one).filter(
        ([name, value]) => isCommon(placeOf(one)) || isNotable(name.split(" of ")[0], value),
      ),
    ]),
    ...given("timeout", timeout === undefined ? undefined : `${timeout} ms`),
    ...given("retries", retries && String(retries.attempts)),
    ...given(
      "per-try timeout",
      retries?.perTryTimeout === undefined ? undefined : `${retries.perTryTimeout} ms`,
    ),
    ...given("retries on", retries?.retryOn),
    ...given("backoff", retries?.backoff === undefined ? undefined : `${retries.backoff} ms`),
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
    ...given("targetPort", one.targetPort?.toString()),
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
