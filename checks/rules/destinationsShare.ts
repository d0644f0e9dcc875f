import {
  formatPath,
  type GatewayRouteDefinition,
  type MeshDefinition,
  type RouteDestinationDefinition,
} from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Report, Text } from "../rule";
import { base, http } from "./example";

const split = (orders: number, accounts: number): object => ({
  ...base,
  services: { legacy: { ports: { http } }, orders: { ports: { http } }, accounts: { ports: { http } } },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop" },
          routes: [
            {
              prefix: "/",
              service: "legacy",
              destinations: [
                { service: "orders", weight: orders },
                { service: "accounts", weight: accounts },
              ],
            },
          ],
        },
      },
    },
  },
});

export const aboveAll = (service: string, weights: readonly number[]): Text => ({
  message: `the weights sum to ${weights.reduce((sum, weight) => sum + weight, 0)}: ${weights.join(" + ")}, so nothing is left for "${service}"`,
  fix: `change them so that they sum to at most 100; "${service}" receives the rest`,
});

export const listedTwice = (service: string): Text => ({
  message: `the route leads to "${service}" already`,
  fix: "remove it, and add its weight to the other one",
});

export const notApplied = (service: string, field: string): Text => ({
  message: `the route has several services, so traffic.${field} of "${service}" does not apply to its requests`,
  fix: `remove traffic.${field} of "${service}", or give the services separate routes`,
});

export const destinationsShare: DefinitionRule = {
  code: "MW534",
  severity: "error",
  title: "The services of a route share its requests: each once, and at most 100 percent",
  why: [
    "The first service of a route receives what the weights of the others leave.",
    "Envoy divides requests by the ratio of the weights, so a sum above 100 would give each service a share that differs from the catalog.",
    "Header routes, mirrors and faults belong to one service, and a route with several services can't have them.",
  ],
  see: pages.trafficShifting,
  stage: "definition",
  examples: { wrong: split(60, 50), right: split(60, 40) },
  *check(definition) {
    for (const [gateway, { hosts }] of Object.entries(definition.gateways ?? {})) {
      for (const [host, { routes }] of Object.entries(hosts)) {
        for (const [i, route] of routes.entries()) {
          if (!route.destinations) continue;
          const at = ["gateways", gateway, "hosts", host, "routes", i];
          yield* judged(definition, { ...route, destinations: route.destinations }, at);
        }
      }
    }
  },
};

type Shared = GatewayRouteDefinition & { readonly destinations: readonly RouteDestinationDefinition[] };

function* judged(
  { services }: MeshDefinition,
  { service: first, port, destinations }: Shared,
  at: readonly (string | number)[],
): Iterable<Report> {
  const weights = destinations.map(({ weight }) => weight);
  if (weights.reduce((sum, weight) => sum + weight, 0) > 100) {
    yield { path: formatPath([...at, "destinations"]), ...aboveAll(first, weights) };
  }
  const all = [{ service: first, port, path: at }].concat(
    destinations.map((one, j) => ({
      service: one.service,
      port: one.port,
      path: [...at, "destinations", j],
    })),
  );
  for (const [i, { service, port: own, path }] of all.entries()) {
    const place = formatPath([...path, "service"]);
    if (all.slice(0, i).some((one) => one.service === service && one.port === own)) {
      yield { path: place, ...listedTwice(service) };
    }
    for (const field of ["headerRoutes", "mirror", "fault"] as const) {
      if (services[service]?.traffic?.[field]) yield { path: place, ...notApplied(service, field) };
    }
  }
}
