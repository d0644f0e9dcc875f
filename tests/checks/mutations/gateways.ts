import type { GatewayHostDefinition, MeshDefinition } from "../../../catalog";
import { type Mutation, type Place, put } from "./mutation";
import { matching } from "./places";

/** Hosts of gateways, with their places. */
function hostsOf(catalog: MeshDefinition): { place: Place; value: unknown }[] {
  return [...matching(catalog, "gateways.*.hosts.*")];
}

export const gateways: readonly Mutation[] = [
  {
    code: "MW321",
    mistake: "clients of all names below a domain limited by their addresses",
    also: ["MW322", "MW532"],
    *mutants(catalog) {
      for (const { place, value } of hostsOf(catalog)) {
        const { routes } = value as GatewayHostDefinition;
        const limited = routes.map((route, i) =>
          i === 0 ? { ...route, ipBlocks: ["203.0.113.0/24"] } : route,
        );
        if (routes.length === 0) continue;
        const at = [...place.slice(0, -1), "*.wildcard.example.com"];
        const tls = { credentialName: "wildcard" };
        yield {
          at: [...at, "routes", 0, "ipBlocks"],
          changes: [
            [at, { ...(value as object), tls, routes: limited }],
            [place, undefined],
          ],
        };
      }
    },
  },
  {
    code: "MW322",
    mistake: "clients limited at one of two hosts",
    also: ["MW322"],
    *mutants(catalog) {
      for (const { place, value } of hostsOf(catalog)) {
        const { routes } = value as GatewayHostDefinition;
        if (routes.length === 0) continue;
        const twin = { ...(value as object), tls: { credentialName: "twin" } };
        const at = [...place, "routes", 0, "notIpBlocks"];
        yield {
          at,
          changes: [
            [at, ["203.0.113.7"]],
            [[...place.slice(0, -1), "twin.example.com"], twin],
          ],
        };
      }
    },
  },
  {
    code: "MW323",
    mistake: "CORS for every origin of the internet",
    also: ["MW318"],
    *mutants(catalog) {
      for (const { place } of hostsOf(catalog)) {
        const at = [...place, "cors", "allowOrigins"];
        yield { at: [...at, 0], changes: [[at, [{ regex: "https://.*" }]]] };
      }
    },
  },
  {
    code: "MW534",
    mistake: "a service twice on a route",
    also: ["MW534"],
    *mutants(catalog) {
      for (const { place, value } of hostsOf(catalog)) {
        const { routes } = value as GatewayHostDefinition;
        for (const [i, { service, port }] of routes.entries()) {
          const at = [...place, "routes", i, "destinations"];
          const twin = { service, ...(port !== undefined && { port }), weight: 10 };
          yield { at: [...at, 0, "service"], changes: [[at, [twin]]] };
        }
      }
    },
  },
  {
    code: "MW530",
    mistake: "a host served as plaintext in prod",
    *mutants(catalog) {
      for (const { place } of hostsOf(catalog)) {
        yield {
          at: [...place, "tls", "mode"],
          changes: [
            [["environment"], "prod"],
            [[...place, "tls"], { mode: "DISABLE" }],
          ],
        };
      }
    },
  },
  {
    code: "MW531",
    mistake: "TLS passed through to a port that speaks HTTP",
    also: ["MW531"],
    *mutants(catalog) {
      for (const { place } of hostsOf(catalog)) {
        yield {
          at: [...place, "routes", 0, "service"],
          changes: [[[...place, "tls"], { mode: "PASSTHROUGH" }]],
        };
      }
    },
  },
  {
    code: "MW532",
    mistake: "a host that stands for all names below a domain",
    *mutants(catalog) {
      for (const { place, value } of hostsOf(catalog)) {
        yield put([...place.slice(0, -1), "*.wildcard.example.com"], {
          ...(value as object),
          tls: { credentialName: "wildcard" },
        });
      }
    },
  },
  {
    code: "MW536",
    mistake: "a challenge of ACME at a host without a redirect to HTTPS",
    also: ["MW534"],
    *mutants(catalog) {
      for (const { place } of hostsOf(catalog)) {
        yield {
          at: [...place, "acmeHttp01"],
          changes: [
            [[...place, "port"], 8443],
            [[...place, "acmeHttp01"], true],
          ],
        };
      }
    },
  },
  {
    code: "MW537",
    mistake: "a route of a delegate beside the delegated paths",
    also: ["MW204", "MW313", "MW370"],
    *mutants(catalog) {
      for (const { place, value } of matching(catalog, "gateways.*.hosts.*.routes.*")) {
        const { service, port } = value as { service: string; port?: string };
        const route = { prefix: "/beside", service, ...(port !== undefined && { port }), methods: ["GET"] };
        if (place.at(-1) !== 0) continue;
        yield {
          at: ["delegates", "other-paths", "routes", 0, "prefix"],
          changes: [[["delegates", "other-paths"], { exportTo: "edge", prefix: "/shop", routes: [route] }]],
        };
      }
    },
  },
];
