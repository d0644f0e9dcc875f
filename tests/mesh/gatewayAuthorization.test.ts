import { BlockList, isIP } from "node:net";
import { expect } from "chai";
import fc from "fast-check";
import type { GatewayRouteDefinition, MeshDefinition } from "../../catalog";
import type { Manifest } from "../../mesh";
import { find, http, render } from "./render";

type Lists = Pick<GatewayRouteDefinition, "ipBlocks" | "notIpBlocks">;
type Route = GatewayRouteDefinition;

interface Policy {
  readonly action: string;
  readonly selector: object;
  readonly rules: readonly {
    readonly from: readonly { readonly source: Partial<Record<Key, readonly string[]>> }[];
    readonly to?: readonly { readonly operation: Partial<Record<Key, readonly string[]>> }[];
    readonly when?: object;
  }[];
}
type Key = "remoteIpBlocks" | "notRemoteIpBlocks" | "hosts" | "paths" | "notPaths";

const tls = { credentialName: "shop" };
const host = "shop.example.com";

function catalog(routes: readonly Route[], more: object = {}): MeshDefinition {
  return {
    name: "shop",
    services: { web: { ports: { http } }, api: { ports: { http } } },
    gateways: { public: { hosts: { [host]: { tls, routes, ...more } } } },
    suppressions: [],
  };
}

const policies = (objects: readonly Manifest[]): Policy[] =>
  objects
    .filter(({ kind, metadata }) => kind === "AuthorizationPolicy" && metadata.namespace === "istio-ingress")
    .map(({ spec }) => spec as Policy);

function contains(blocks: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const block of blocks) {
    const [start = "", length] = block.split("/");
    const family = isIP(start) === 6 ? "ipv6" : "ipv4";
    if (length === undefined) list.addAddress(start, family);
    else list.addSubnet(start, Number(length), family);
  }
  return list.check(address);
}

const fits = (patterns: readonly string[], text: string): boolean =>
  patterns.some((one) => (one.endsWith("*") ? text.startsWith(one.slice(0, -1)) : text === one));

/** Whether the gateway's policies deny a request, by Istio's rules. */
function denies(
  objects: readonly Manifest[],
  request: { at: string; path: string; client: string },
): boolean {
  return policies(objects).some(({ rules }) =>
    rules.some(
      ({ from, to = [] }) =>
        from.some(
          ({ source: { remoteIpBlocks, notRemoteIpBlocks } }) =>
            (remoteIpBlocks === undefined || contains(remoteIpBlocks, request.client)) &&
            (notRemoteIpBlocks === undefined || !contains(notRemoteIpBlocks, request.client)),
        ) &&
        to.some(
          ({ operation: { hosts = [], paths, notPaths } }) =>
            fits(hosts, request.at) &&
            (paths === undefined || fits(paths, request.path)) &&
            (notPaths === undefined || !fits(notPaths, request.path)),
        ),
    ),
  );
}

const lists = fc.constantFrom<Lists>(
  {},
  { ipBlocks: ["10.0.0.0/8"] },
  { notIpBlocks: ["10.1.0.0/16", "2001:db8::/32"] },
  { ipBlocks: ["10.0.0.0/8", "192.0.2.1"], notIpBlocks: ["10.1.0.0/16"] },
);
const places = [
  { prefix: "/" },
  { prefix: "/a" },
  { prefix: "/a/b/" },
  { prefix: "/b" },
  { match: { uri: { exact: "/a" } } },
  { match: { uri: { exact: "/b/x" } } },
] as const;
const paths = ["/", "/a", "/ab", "/a/b", "/a/b/c", "/b", "/b/x", "/b/x/y", "/old", "/old/x", "/c"];
const clients = ["10.0.0.1", "10.1.0.1", "192.0.2.1", "192.0.2.2", "2001:db8::1"];

/** The route that a request takes: an exact path, else the longest prefix. */
function taken(routes: readonly Route[], path: string): Route | "redirect" | undefined {
  const exact = routes.find(({ match }) => match?.uri && "exact" in match.uri && match.uri.exact === path);
  if (exact) return exact;
  if (path === "/old" || path.startsWith("/old/")) return "redirect";
  const length = ({ prefix }: Route): number => (prefix ?? "").replace(/\/$/, "").length;
  return routes
    .filter(({ prefix }) => {
      const bare = prefix?.replace(/\/$/, "");
      return bare !== undefined && (path === bare || path.startsWith(`${bare}/`));
    })
    .sort((a, b) => length(b) - length(a))[0];
}

describe("gatewayAuthorization", () => {
  it("denies at the gateway's pods the clients that a route doesn't have", () => {
    const objects = render(
      catalog([
        { prefix: "/", service: "web", ipBlocks: ["2001:db8::/32", "1.2.3.0/24"], notIpBlocks: ["1.2.3.4"] },
      ]),
    );
    const { metadata, spec } = find(objects, "AuthorizationPolicy", "istio-ingress-shop");
    expect(metadata.namespace).to.equal("istio-ingress");
    expect(metadata.annotations).to.deep.equal({
      "meshwright.dev/from": 'gateways.public.hosts["shop.example.com"].routes[0]',
    });
    expect(spec).to.deep.equal({
      selector: { matchLabels: { istio: "ingress" } },
      action: "DENY",
      rules: [
        {
          from: [
            { source: { notRemoteIpBlocks: ["1.2.3.0/24", "2001:db8::/32"] } },
            { source: { remoteIpBlocks: ["1.2.3.4"] } },
          ],
          to: [{ operation: { hosts: [host, `${host}:*`] } }],
        },
      ],
    });
    expect(policies(render(catalog([{ prefix: "/", service: "web" }])))).to.deep.equal([]);
  });

  it("matches connections by their SNI", () => {
    const objects = render({
      name: "shop",
      services: { vault: { ports: { tls: { port: 8200, protocol: "tls" } } } },
      gateways: {
        public: {
          hosts: {
            [host]: {
              tls: { mode: "PASSTHROUGH" },
              routes: [{ prefix: "/", service: "vault", ipBlocks: ["10.0.0.0/8"] }],
            },
          },
        },
      },
    });
    expect(policies(objects)[0]?.rules).to.deep.equal([
      {
        from: [{ source: { notRemoteIpBlocks: ["10.0.0.0/8"] } }],
        when: [{ key: "connection.sni", values: [host] }],
      },
    ]);
  });

  it("excepts the hosts within a wildcard that have routes of their own", () => {
    const vault = (more: object = {}) => ({
      tls: { mode: "PASSTHROUGH" },
      routes: [{ prefix: "/", service: "vault", ...more }],
    });
    const wildcard = "*.example.com";
    const objects = render({
      name: "shop",
      services: { vault: { ports: { tls: { port: 8200, protocol: "tls" } } } },
      gateways: {
        public: {
          hosts: { [wildcard]: vault({ ipBlocks: ["10.0.0.0/8"] }), "vault.example.com": vault() },
        },
      },
      suppressions: [{ code: "MW532", path: "gateways", reason: "tenants" }],
    } as MeshDefinition);
    expect(policies(objects)[0]?.rules[0]?.when).to.deep.equal([
      { key: "connection.sni", values: [wildcard], notValues: ["vault.example.com"] },
    ]);
  });

  it("denies a client exactly where the route that its request takes does, and nothing at other hosts", () => {
    const routed = fc
      .tuple(fc.subarray([...places], { minLength: 1 }), fc.array(lists, { minLength: 6, maxLength: 6 }))
      .map(([chosen, own]) =>
        chosen.map((place, i): Route => ({ ...place, service: i % 2 === 0 ? "web" : "api", ...own[i] })),
      );
    fc.assert(
      fc.property(routed, fc.boolean(), (routes, redirected) => {
        const redirects = [{ prefix: "/old", uri: "/new" }] as const;
        const objects = render(catalog(routes, redirected ? { redirects } : {}));
        const alike = new Set(
          routes.map(({ ipBlocks, notIpBlocks }) => JSON.stringify([ipBlocks, notIpBlocks])),
        );
        for (const path of paths) {
          const route = taken(routes, path);
          if (route === undefined || (route === "redirect" && (!redirected || alike.size === 1))) continue;
          for (const client of clients) {
            const { ipBlocks, notIpBlocks = [] } = route === "redirect" ? {} : route;
            const wanted =
              (ipBlocks !== undefined && !contains(ipBlocks, client)) || contains(notIpBlocks, client);
            for (const at of [host, `${host}:8443`]) {
              expect(denies(objects, { at, path, client }), `${at}${path} of ${client}`).to.equal(wanted);
            }
            expect(denies(objects, { at: "other.example.com", path, client })).to.equal(false);
          }
        }
      }),
      { numRuns: 100 },
    );
  });
});
