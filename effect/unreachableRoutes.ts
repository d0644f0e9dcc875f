import { type Fields, fieldsAt, fieldsOf, has, listAt } from "./field";

/** A route of a VirtualService, or one of its matches, that no request reaches. */
export interface UnreachableRoute {
  /** Path of the route, or of its match if others of the route apply, such as `http[1].match[0]`. */
  readonly path: string;
  /** Path of the earlier route that all of its requests match. */
  readonly by: string;
}

/**
 * Returns the HTTP routes and matches whose requests all match an earlier route, so proxies never use them. Only what is
 * certain is returned: an earlier route without a match, or with conditions that the later match has, too. A delegate may
 * have no route for a request, which then goes to the next route of its root.
 *
 * @param spec the `spec` of a VirtualService.
 * @see https://istio.io/latest/docs/reference/config/analysis/ist0130/
 */
export function unreachableRoutes(spec: unknown): UnreachableRoute[] {
  const routes = listAt(spec, "http").map((route) => {
    const matches = listAt(route, "match");
    return { delegates: has(route, "delegate"), matches: matches.length > 0 ? matches : [{}] };
  });
  return routes.flatMap(({ matches }, i): UnreachableRoute[] => {
    const covered = matches.flatMap((match, k) => {
      const by = routes
        .slice(0, i)
        .findIndex((earlier) => !earlier.delegates && earlier.matches.some((one) => covers(one, match)));
      return by < 0 ? [] : [{ path: `http[${i}].match[${k}]`, by: `http[${by}]` }];
    });
    const [first] = covered;
    return first && covered.length === matches.length ? [{ path: `http[${i}]`, by: first.by }] : covered;
  });
}

/** Fields of a match that are no conditions. */
const names = ["name", "statPrefix"];

/** Whether all requests that fulfil a match fulfil another one, which has no condition that the match lacks. */
function covers(wide: Fields, narrow: Fields): boolean {
  // The only field that lets more requests match.
  if (narrow.ignoreUriCase === true && wide.ignoreUriCase !== true && has(wide, "uri")) return false;
  return Object.entries(wide).every(([field, value]) => {
    if (names.includes(field) || value === undefined || value === null) return true;
    if (field === "uri" && wide.ignoreUriCase !== true) {
      return coversPath(fieldsOf(value), fieldsAt(narrow, "uri"));
    }
    if (field === "headers" || field === "queryParams") {
      const own = fieldsAt(narrow, field);
      return Object.entries(fieldsOf(value)).every(([name, one]) => same(one, own[name]));
    }
    return same(value, narrow[field]);
  });
}

function coversPath(wide: Fields, narrow: Fields): boolean {
  const begin = narrow.prefix ?? narrow.exact;
  if (typeof wide.prefix === "string" && typeof begin === "string") return begin.startsWith(wide.prefix);
  return same(wide, narrow);
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
