import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import type { Difference, ReceiverChange, Route, RouteDestination } from "../../effect";
import { newPlaces, requestsText, reroutes, workloadsText } from "../effectText";

const overriding = (host: string): object => ({
  ...webAndApi({}, {}),
  overrides: {
    VirtualService: {
      "shop/api": { spec: { http: [{ route: [{ destination: { host, port: { number: 8080 } } }] }] } },
    },
  },
});

export const text = (what: string, workloads: string, to: string, fate: string): Text => ({
  message: `with the override, ${what} of ${workloads} to ${to} ${fate}, which the catalog does not declare`,
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
      // MW369 reports labels that the selector of the object does not have.
      const receivers = effect.refused.length > 0 ? [] : effect.receivers;
      yield* receivers.flatMap((one) => {
        const fate = fateOf(one);
        return fate === undefined
          ? []
          : [{ path: effect.path, ...text("requests", "every client", one.target, fate) }];
      });
      const found = reroutes(effect, mesh).flatMap((difference) =>
        ledElsewhere(difference).map((led) => ({ ...difference, ...led })),
      );
      const [first] = found;
      if (!first) continue;
      const alike = found.filter(({ what, fate }) => what === first.what && fate === first.fate);
      yield {
        path: effect.path,
        ...text(first.what, workloadsText(alike), requestsText(first), first.fate),
      };
    }
  },
};

/**
 * What becomes of requests to a host whose pods are others now. Undefined if fewer workloads receive them. MW371 reports
 * workloads with `replicas: 0`.
 */
function fateOf({ before, after, idle }: ReceiverChange): string | undefined {
  const added = after.filter((name) => !before.includes(name));
  if (after.length === 0) return idle.length > 0 ? undefined : "reach no known pods";
  return added.length === 0 ? undefined : `reach the pods of ${added.join(", ")}`;
}

interface Led {
  readonly what: "requests" | "copies of requests";
  /** What happens to them now, and did not before. */
  readonly fate: string;
}

/** Outcomes of requests for which the catalog has routes, or none that matches. */
const declared: readonly Route["outcome"][] = ["forwarded", "redirected", "answered", "not found"];

/** Where requests, or copies of them, go that did not before. */
function ledElsewhere({ routes }: Difference): Led[] {
  if (routes === undefined) return [];
  const [was, is] = routes;
  if (!declared.includes(was.outcome)) return [];
  if (is.outcome === "answered" && was.outcome !== "answered") {
    return [{ what: "requests", fate: "are answered by the proxy itself" }];
  }
  if (is.outcome === "redirected") {
    const isSame = was.outcome === "redirected" && redirectText(was.redirect) === redirectText(is.redirect);
    return isSame ? [] : [{ what: "requests", fate: `are redirected to ${redirectText(is.redirect)}` }];
  }
  if (is.outcome !== "forwarded") return [];
  const led = (what: Led["what"], places: readonly RouteDestination[]): Led[] =>
    places.length === 0 ? [] : [{ what, fate: `go to ${[...new Set(places.map(placeOf))].join(", ")}` }];
  const copied = ({ mirrors }: Route): RouteDestination[] => mirrors.map(({ destination }) => destination);
  const had = copied(was).map(placeOf);
  return [
    ...led("requests", newPlaces(was, is)),
    ...led(
      "copies of requests",
      copied(is).filter((one) => !had.includes(placeOf(one))),
    ),
  ];
}

function redirectText({ authority, uri }: { authority?: unknown; uri?: unknown } = {}): string {
  return [authority, uri].filter((part) => typeof part === "string").join("") || "another address";
}

function placeOf({ host, port, subset, endpoints = [] }: RouteDestination): string {
  const place = `${host}:${port}${subset === undefined ? "" : ` subset ${subset}`}`;
  return endpoints.length === 0 ? place : `${endpoints.join(", ")} (${place})`;
}
