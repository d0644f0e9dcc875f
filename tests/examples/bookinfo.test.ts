import { expect } from "chai";
import { bookinfo, type BookinfoOptions, catalog } from "../../examples/bookinfo/catalog";
import { type Manifest, renderMesh } from "../../mesh";
import { findIn } from "../platforms/rendered";
import { deployed } from "./deployed/bookinfo";
import { describesAsDeployed, meshOf } from "./expectations";

// What samples/bookinfo/networking of Istio says, in short; README.md tells the differences.

const render = (options?: BookinfoOptions): Manifest[] => renderMesh(meshOf(bookinfo(options)));

interface Route {
  match?: { headers?: Record<string, { exact: string }>; uri?: { exact?: string; prefix?: string } }[];
  route: { destination: { host: string; subset?: string; port: { number: number } }; weight: number }[];
  fault?: object;
}

function routes(name: string, among: Manifest[]): Route[] {
  return (findIn(among, "VirtualService", name, "bookinfo").spec as { http: Route[] }).http;
}

/** A service's routes as upstream writes them: which headers they need, and percent by subset. */
function split(name: string, among: Manifest[]): [headers: object, subsets: object][] {
  return routes(name, among).map(({ match, route }) => [
    match?.[0]?.headers ?? {},
    Object.fromEntries(route.map(({ destination, weight }) => [destination.subset, weight])),
  ]);
}

describe("examples/bookinfo", () => {
  describesAsDeployed(catalog, deployed);

  describe("against Istio's own objects", () => {
    it("virtual-service-all-v1: everything to v1", () => {
      for (const name of ["productpage", "reviews", "ratings", "details"]) {
        expect(split(name, render()), name).to.deep.equal([[{}, { v1: 100 }]]);
      }
    });

    it("destination-rule-all: the same subsets, without those of versions that have no pods", () => {
      const upstream: Record<string, string[]> = {
        productpage: ["v1"],
        reviews: ["v1", "v2", "v3"],
        ratings: ["v1", "v2", "v2-mysql", "v2-mysql-vm"],
        details: ["v1", "v2"],
      };
      for (const [name, subsets] of Object.entries(upstream)) {
        const running = subsets.filter((version) =>
          deployed.workloads.some(({ labels }) => labels.app === name && labels.version === version),
        );
        expect(findIn(render(), "DestinationRule", name, "bookinfo"), name).to.have.deep.nested.property(
          "spec.subsets",
          running.map((version) => ({ name: version, labels: { version } })),
        );
      }
    });

    it("virtual-service-reviews-90-10, -80-20, -50-v3, -v3 and -v2-v3: the same weights", () => {
      const upstream: [v1: number, v2: number, v3: number][] = [
        [90, 10, 0],
        [80, 20, 0],
        [50, 0, 50],
        [0, 0, 100],
        [0, 50, 50],
      ];
      for (const [v1, v2, v3] of upstream) {
        const weights = Object.fromEntries(Object.entries({ v1, v2, v3 }).filter(([, weight]) => weight > 0));
        expect(split("reviews", render({ reviews: { v1, v2, v3 } }))).to.deep.equal([[{}, weights]]);
      }
    });

    it("virtual-service-reviews-test-v2 and -jason-v2-v3: the header's requests to v2, all others as before", () => {
      const jason = { "end-user": { exact: "jason" } };
      expect(split("reviews", render({ jason: true }))).to.deep.equal([
        [jason, { v2: 100 }],
        [{}, { v1: 100 }],
      ]);
      expect(split("reviews", render({ jason: true, reviews: { v1: 0, v2: 0, v3: 100 } }))).to.deep.equal([
        [jason, { v2: 100 }],
        [{}, { v3: 100 }],
      ]);
    });

    it("virtual-service-ratings-test-delay and -abort: the same faults, for all requests", () => {
      const delay = { percentage: 100, fixedDelay: "7s" } as const;
      const abort = { percentage: 100, httpStatus: 500 } as const;
      expect(routes("ratings", render({ fault: { delay } })).map(({ fault }) => fault)).to.deep.equal([
        { delay: { percentage: { value: 100 }, fixedDelay: "7s" } },
      ]);
      expect(routes("ratings", render({ fault: { abort } })).map(({ fault }) => fault)).to.deep.equal([
        { abort: { percentage: { value: 100 }, httpStatus: 500 } },
      ]);
    });

    it("bookinfo-gateway: the same paths reach productpage, over HTTPS and one host", () => {
      const [host] = Object.keys(catalog.gateways?.["bookinfo-gateway"]?.hosts ?? {});
      const objects = render();
      const among = routes(host ?? "", objects);
      const { rules } = findIn(objects, "AuthorizationPolicy", "productpage", "bookinfo").spec as {
        rules: { to: { operation: { methods: string[]; paths?: string[] } }[] }[];
      };
      const matches = (path: string): boolean =>
        among.some(({ match = [], route }) =>
          match.some(
            ({ uri }) =>
              (uri?.exact === path || (uri?.prefix !== undefined && path.startsWith(uri.prefix))) &&
              route[0]?.destination.host === "productpage.bookinfo.svc.cluster.local" &&
              route[0].destination.port.number === 9080,
          ),
        );
      const admits = (path: string, method: string): boolean =>
        rules.some(({ to }) =>
          to.some(
            ({ operation: { methods, paths = ["/*"] } }) =>
              methods.includes(method) &&
              paths.some((one) => (one.endsWith("*") ? path.startsWith(one.slice(0, -1)) : path === one)),
          ),
        );
      const served = (path: string, method = "GET"): boolean => matches(path) && admits(path, method);
      for (const path of ["/productpage", "/static", "/static/a.css", "/logout", "/api/v1/products"]) {
        expect(served(path), path).to.equal(true);
      }
      expect(served("/api/v1/products/0/ratings")).to.equal(true);
      expect(served("/login", "POST")).to.equal(true);
      for (const path of ["/", "/productpage/x", "/login/x", "/health", "/metrics"]) {
        expect(served(path), path).to.equal(false);
      }
      // Upstream's prefixes and rules are wider: other paths that only begin alike, and every method.
      expect(served("/staticx")).to.equal(false);
      expect(served("/productpage", "DELETE")).to.equal(false);
      expect(served("/login", "GET")).to.equal(false);
    });
  });

  it("admits each service's callers, and no others", () => {
    const callers = (name: string): string[] =>
      (
        findIn(render(), "AuthorizationPolicy", name, "bookinfo").spec as {
          rules: { from: { source: { principals: string[] } }[] }[];
        }
      ).rules.flatMap(({ from }) => from.flatMap(({ source }) => source.principals));
    const account = (name: string): string => `cluster.local/ns/bookinfo/sa/bookinfo-${name}`;
    expect(callers("details")).to.deep.equal([account("productpage")]);
    expect(callers("reviews")).to.deep.equal([account("productpage")]);
    expect(callers("ratings")).to.deep.equal([account("productpage"), account("reviews")]);
  });
});
