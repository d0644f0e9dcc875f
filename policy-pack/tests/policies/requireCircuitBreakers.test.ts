import { expect } from "chai";
import { requireCircuitBreakers } from "../../policies/requireCircuitBreakers";
import { type Resource, unknown, validateStack } from "../engine";
import { destinationRule, route, virtualService } from "../resources";

const judge = (stack: Resource[], configuration = {}) =>
  validateStack(requireCircuitBreakers, stack, configuration);
const to = (host: unknown) => virtualService([route({ route: [{ destination: { host } }] })]);
const rule = (host: unknown) => destinationRule({ host });
const missing = (host: string, at = "http[0].route[0].destination.host") =>
  `VirtualService shop/catalog: spec.${at} is "${host}", for which the stack has no DestinationRule, so nothing limits ` +
  "calls to it. Add one with connectionPool and outlierDetection.";
const FULL = "catalog.shop.svc.cluster.local";

describe("require-circuit-breakers", () => {
  it("accepts hosts with a DestinationRule, however both are written", async () => {
    for (const host of ["catalog", "catalog.shop.svc", FULL, `${FULL}.`]) {
      for (const covering of ["catalog", "catalog.shop.svc", FULL, "*.shop.svc.cluster.local", "*"]) {
        expect(await judge([to(host), rule(covering)]), `${host} ${covering}`).to.deep.equal({
          violations: [],
        });
      }
    }
  });

  it("refuses hosts without", async () => {
    expect(await judge([to("catalog")])).to.deep.equal({ violations: [missing("catalog")] });
    for (const other of ["cart", "catalog.bank.svc.cluster.local", "*.bank.svc.cluster.local"]) {
      expect(await judge([to(FULL), rule(other)])).to.deep.equal({ violations: [missing(FULL)] });
    }
  });

  it("looks at every protocol and at mirrors, and names each host once", async () => {
    const destination = { host: "cart" };
    const stack = [
      virtualService([route({ mirror: destination, mirrors: [{ destination }] }), route()], {
        tcp: [{ route: [{ destination: { host: "orders" } }] }],
        tls: [{ route: [{ destination: { host: "bills" } }] }],
      }),
      rule("catalog"),
    ];
    expect(await judge(stack)).to.deep.equal({
      violations: [
        missing("cart", "http[0].mirror.host"),
        missing("bills", "tls[0].route[0].destination.host"),
        missing("orders", "tcp[0].route[0].destination.host"),
      ],
    });
    const mirrors = virtualService([route({ mirrors: [{ destination }] })]);
    expect(await judge([mirrors, rule("catalog")])).to.deep.equal({
      violations: [missing("cart", "http[0].mirrors[0].destination.host")],
    });
  });

  it("leaves hosts of the outside world alone, and takes the organization's domains", async () => {
    expect(await judge([to("api.example.com")])).to.deep.equal({ violations: [] });
    const meshDomains = ["svc.example.com"];
    expect(await judge([to("api.shop.svc.example.com")], { meshDomains })).to.deep.equal({
      violations: [missing("api.shop.svc.example.com")],
    });
    const both = [to("api.shop.svc.example.com"), rule("api")];
    expect(await judge(both, { meshDomains })).to.deep.equal({ violations: [] });
  });

  it("does not apply where nothing is routed", async () => {
    expect(await judge([rule("catalog")])).to.deep.equal({
      violations: [],
      notApplicable: "The stack has no VirtualService",
    });
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge([to("catalog"), rule(unknown)])).to.deep.equal({
      violations: [],
      undecided: "DestinationRule shop/catalog: string value at .spec.host can't be known during preview",
    });
    expect(await judge([to(unknown), rule("catalog")])).to.deep.equal({
      violations: [],
      undecided:
        "VirtualService shop/catalog: string value at .spec.http.0.route.0.destination.host can't be known during preview",
    });
  });
});
