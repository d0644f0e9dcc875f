import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import type { Difference, Route, RouteDestination } from "../../effect";
import { reroutes, targetText, workloadsText } from "../effectText";

const overriding = (host: string): object => ({
  ...webAndApi({}, {}),
  overrides: {
    VirtualService: {
      "shop/api": { spec: { http: [{ route: [{ destination: { host, port: { number: 8080 } } }] }] } },
    },
  },
});

export const text = (what: string, workloads: string, to: string, fate: string): Text => ({
  message: `with the override, ${what} of ${workloads} to ${to} ${fate}, which the catalog does not say`,
  fix: "declare the call, route or mirror in the catalog, or suppress this with the reason",
});

export const overrideDestinations: ObjectRule = {
  code: "MW366",
  severity: "warning",
  title: "Overrides send requests only where the catalog says",
  why: [
    "Access, limits and timeouts of a call are derived from the service that the catalog names.",
    "An override that sends its requests to another host, or a copy of them, leaves these settings at the old one.",
    "A copy also carries the body and the headers of each request.",
  ],
  see: pages.virtualService,
  suppress: "the requests move for a time, such as during a migration.",
  stage: "objects",
  examples: {
    wrong: overriding("web.shop.svc.cluster.local"),
    right: overriding("api.shop.svc.cluster.local"),
  },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      const found = reroutes(effect).flatMap((difference) =>
        ledElsewhere(difference).map((led) => ({ ...difference, ...led })),
      );
      const [first] = found;
      if (!first) continue;
      const alike = found.filter(({ what, fate }) => what === first.what && fate === first.fate);
      yield {
        path: effect.path,
        ...text(first.what, workloadsText(alike), targetText(first), first.fate),
      };
    }
  },
};

interface Led {
  readonly what: "requests" | "copies of requests";
  /** What happens to them now, and did not before. */
  readonly fate: string;
}

/** Where requests, or copies of them, go that did not before. */
function ledElsewhere({ routes }: Difference): Led[] {
  if (routes === undefined) return [];
  const [was, is] = routes;
  if (was.outcome !== "forwarded") return [];
  if (is.outcome === "answered") return [{ what: "requests", fate: "are answered by the proxy itself" }];
  if (is.outcome === "redirected") {
    return [{ what: "requests", fate: `are redirected to ${redirectText(is.redirect)}` }];
  }
  if (is.outcome !== "forwarded") return [];
  const copied = ({ mirrors }: Route): RouteDestination[] => mirrors.map(({ destination }) => destination);
  const led = (what: Led["what"], had: RouteDestination[], has: RouteDestination[]): Led[] => {
    const places = has.flatMap((one) => (had.some((other) => isSame(one, other)) ? [] : [placeOf(one)]));
    return places.length === 0 ? [] : [{ what, fate: `go to ${[...new Set(places)].join(", ")}` }];
  };
  const receiving = [...was.destinations, ...copied(was)];
  return [
    ...led(
      "requests",
      [...was.destinations],
      is.destinations.filter(({ weight }) => weight > 0),
    ),
    ...led("copies of requests", receiving, copied(is)),
  ];
}

function redirectText({ authority, uri }: { authority?: unknown; uri?: unknown } = {}): string {
  return [authority, uri].filter((part) => typeof part === "string").join("") || "another address";
}

function isSame(one: RouteDestination, other: RouteDestination): boolean {
  const addresses = ({ resolution, endpoints = [] }: RouteDestination): string =>
    JSON.stringify([resolution, endpoints]);
  return one.host === other.host && addresses(one) === addresses(other);
}

function placeOf({ host, port, endpoints = [] }: RouteDestination): string {
  return endpoints.length === 0 ? `${host}:${port}` : `${endpoints.join(", ")} (${host}:${port})`;
}
