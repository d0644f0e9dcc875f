import { expect } from "chai";
import { forbidForgedHeaders, messages } from "../../policies/forbidForgedHeaders";
import { type Resource, unknown, validateResource } from "../engine";
import { istio, route, virtualService } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(forbidForgedHeaders, resource, configuration);
const inRoute = said("VirtualService shop/catalog", "spec.http[0].");
const request = (headers: unknown) => route({ headers: { request: headers } });

describe("forbid-forged-headers", () => {
  it("states the field, the header and the fix", async () => {
    const forged = virtualService([request({ set: { "x-forwarded-client-cert": "By=spiffe://a" } })]);
    expect(await judge(forged)).to.deep.equal({
      violations: [
        "VirtualService shop/catalog: spec.http[0].headers.request.set.x-forwarded-client-cert sets x-forwarded-client-cert, " +
          "which the service reads as set by a proxy. Remove the header.",
      ],
    });
  });

  it("accepts other headers, the removal of these, and response headers", async () => {
    for (const http of [
      route(),
      request({ set: { "x-team": "shop" }, remove: ["x-forwarded-client-cert"] }),
      route({ headers: { response: { set: { "x-forwarded-for": "a" } } } }),
    ]) {
      expect(await judge(virtualService([http]))).to.deep.equal({ violations: [] });
    }
  });

  it("refuses them in a route and in a destination, set or added, in any case", async () => {
    for (const operation of ["set", "add"]) {
      const headers = { request: { [operation]: { "X-Forwarded-Client-Cert": "x" } } };
      const place = `headers.request.${operation}.X-Forwarded-Client-Cert`;
      const message = messages.forged("X-Forwarded-Client-Cert");
      expect(await judge(virtualService([route({ headers })]))).to.deep.equal({
        violations: [inRoute(place, message)],
      });
      const weighted = route({ route: [{ destination: { host: "catalog" }, headers }] });
      expect(await judge(virtualService([weighted]))).to.deep.equal({
        violations: [inRoute(`route[0].${place}`, message)],
      });
    }
  });

  it("refuses headers by which a proxy sets attempts and timeouts, and credentials", async () => {
    for (const header of ["x-envoy-max-retries", "X-Envoy-Upstream-Rq-Timeout-Ms"]) {
      expect(await judge(virtualService([request({ set: { [header]: "1" } })]))).to.deep.equal({
        violations: [inRoute(`headers.request.set.${header}`, messages.forged(header))],
      });
    }
    for (const header of ["authorization", "Cookie", "proxy-authorization"]) {
      expect(await judge(virtualService([request({ add: { [header]: "a" } })]))).to.deep.equal({
        violations: [inRoute(`headers.request.add.${header}`, messages.credential(header))],
      });
    }
  });

  it("refuses them in an HTTPRoute", async () => {
    const filters = [
      {
        type: "RequestHeaderModifier",
        requestHeaderModifier: { set: [{ name: "x-forwarded-for", value: "a" }] },
      },
    ];
    const routes = (rule: object) =>
      judge(
        istio(
          "gateway.networking.k8s.io/v1",
          "HTTPRoute",
          { namespace: "shop", name: "catalog" },
          { rules: [rule] },
        ),
      );
    expect(await routes({ backendRefs: [{ name: "catalog" }] })).to.deep.equal({ violations: [] });
    for (const [rule, path] of [
      [{ filters }, ""],
      [{ backendRefs: [{ name: "catalog", filters }] }, ".backendRefs[0]"],
    ] as const) {
      expect(await routes(rule)).to.deep.equal({
        violations: [
          said("HTTPRoute shop/catalog")(
            `spec.rules[0]${path}.filters[0].requestHeaderModifier.set[0]`,
            messages.forged("x-forwarded-for"),
          ),
        ],
      });
    }
  });

  it("applies the organization's list", async () => {
    const resource = virtualService([request({ set: { "x-user": "a" } })]);
    expect((await judge(resource, { headers: ["x-user"] })).violations).to.have.length(1);
  });

  it("reports unknown values as undecided", async () => {
    expect((await judge(virtualService([request({ set: unknown })]))).undecided).to.be.a("string");
  });
});
