import { expect } from "chai";
import { messages, requireCircuitBreakers } from "../../policies/requireCircuitBreakers";
import { type Resource, unknown, validateStack } from "../engine";
import {
  annotatedPod,
  asPatch,
  deployment,
  destinationRule,
  namespace,
  route,
  service,
  virtualService,
} from "../resources";

const judge = (stack: Resource[], configuration = {}) =>
  validateStack(requireCircuitBreakers, stack, configuration);
const to = (host: unknown) => virtualService([route({ route: [{ destination: { host } }] })]);
const rule = (host: unknown) => destinationRule({ host });
const missing = (host: string, at = "http[0].route[0].destination.host") =>
  messages.missing("VirtualService shop/catalog", `spec.${at}`, host);
const unlimited = messages.missing("Service shop/catalog", "metadata.name", "catalog");
const FULL = "catalog.shop.svc.cluster.local";

describe("require-circuit-breakers", () => {
  it("states the object, the host and the fix", async () => {
    expect(await judge([to("catalog")])).to.deep.equal({
      violations: [
        'VirtualService shop/catalog: spec.http[0].route[0].destination.host is "catalog", for which the stack has no ' +
          "DestinationRule, so requests to it have no limits. Add a DestinationRule with connectionPool and outlierDetection.",
      ],
    });
  });

  it("accepts hosts with a DestinationRule, by short and full names", async () => {
    for (const host of ["catalog", "catalog.shop.svc", FULL, `${FULL}.`]) {
      for (const covering of ["catalog", "catalog.shop.svc", FULL, "*.shop.svc.cluster.local", "*"]) {
        expect(await judge([to(host), rule(covering)]), `${host} ${covering}`).to.deep.equal({
          violations: [],
        });
      }
    }
  });

  it("refuses hosts without a DestinationRule", async () => {
    expect(await judge([to("catalog")])).to.deep.equal({ violations: [missing("catalog")] });
    for (const other of ["cart", "catalog.bank.svc.cluster.local", "*.bank.svc.cluster.local"]) {
      expect(await judge([to(FULL), rule(other)])).to.deep.equal({ violations: [missing(FULL)] });
    }
  });

  it("judges every protocol and mirrors, and reports each host once", async () => {
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

  it("ignores external hosts, and applies the organization's domains", async () => {
    expect(await judge([to("api.example.com")])).to.deep.equal({ violations: [] });
    const meshDomains = ["svc.example.com"];
    expect(await judge([to("api.shop.svc.example.com")], { meshDomains })).to.deep.equal({
      violations: [missing("api.shop.svc.example.com")],
    });
    const both = [to("api.shop.svc.example.com"), rule("api")];
    expect(await judge(both, { meshDomains })).to.deep.equal({ violations: [] });
  });

  it("accepts Services with a DestinationRule", async () => {
    for (const covering of ["catalog", FULL, "*.shop.svc.cluster.local"]) {
      expect(await judge([namespace(), deployment(), service(), rule(covering)]), covering).to.deep.equal({
        violations: [],
      });
    }
  });

  it("refuses Services without a DestinationRule that are not a route's destination", async () => {
    const ambient = namespace({ "istio.io/dataplane-mode": "ambient" });
    const asking = deployment({
      metadata: { labels: { app: "catalog", "sidecar.istio.io/inject": "true" } },
    });
    for (const mesh of [namespace(), ambient, asking]) {
      for (const one of [service(), service({ clusterIP: "None" })]) {
        expect(await judge([mesh, one])).to.deep.equal({ violations: [unlimited] });
        expect(await judge([mesh, one, rule("cart")])).to.deep.equal({ violations: [unlimited] });
      }
    }
  });

  it("reports a host once, for its Service or for the first of its routes", async () => {
    const routes = [to("catalog"), to(FULL)];
    expect(await judge([...routes, namespace(), service()])).to.deep.equal({ violations: [unlimited] });
    expect(await judge(routes)).to.deep.equal({ violations: [missing("catalog")] });
    expect(await judge([to("cart"), namespace(), service()])).to.deep.equal({
      violations: [unlimited, missing("cart")],
    });
    const elsewhere = service({}, { namespace: "bank" });
    expect(await judge([to("catalog"), namespace(), elsewhere])).to.deep.equal({
      violations: [missing("catalog")],
    });
  });

  it("ignores Services that select no pods, but not routes to them", async () => {
    const others = [
      service({ selector: undefined }),
      service({ selector: {} }),
      service({ type: "ExternalName", externalName: "catalog.example.com" }),
      asPatch(service()),
    ];
    for (const other of others) {
      const notApplicable = "The stack has no VirtualService and no Service of the mesh";
      const patch = other.type.endsWith("Patch");
      expect(await judge([namespace(), other])).to.deep.equal({
        violations: [],
        ...(patch ? { notApplicable } : {}),
      });
      expect(await judge([namespace(), other, to("catalog")])).to.deep.equal({
        violations: [missing("catalog")],
      });
    }
  });

  it("ignores a gateway's Service, whose clients are outside the mesh", async () => {
    const annotations = { "inject.istio.io/templates": "gateway" };
    const metadata = { labels: { app: "catalog" }, annotations };
    const gateway = deployment({ metadata }, { name: "istio-proxy", image: "auto" });
    const notApplicable = "The stack has no VirtualService and no Service of the mesh";
    expect(await judge([namespace(), gateway, service()])).to.deep.equal({ violations: [], notApplicable });
    expect(await judge([namespace(), gateway, service({ selector: { app: "cart" } })])).to.deep.equal({
      violations: [unlimited],
    });
    const disguised = annotatedPod(annotations);
    expect(await judge([namespace(), disguised, service()])).to.deep.equal({ violations: [unlimited] });
  });

  it("does not apply without VirtualServices and Services of the mesh", async () => {
    const outside = namespace({ "istio-injection": "disabled" });
    for (const stack of [[rule("catalog")], [service()], [outside, service()]]) {
      expect(await judge(stack)).to.deep.equal({
        violations: [],
        notApplicable: "The stack has no VirtualService and no Service of the mesh",
      });
    }
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge([to("catalog"), rule(unknown)])).to.deep.equal({
      violations: [],
      undecided: "DestinationRule shop/catalog: string value at .spec.host can't be known during preview",
    });
    expect(await judge([namespace(), service(), rule(unknown)])).to.deep.equal({
      violations: [],
      undecided: "DestinationRule shop/catalog: string value at .spec.host can't be known during preview",
    });
    for (const [one, path] of [
      [service({ selector: unknown }), "spec.selector"],
      [service({ type: unknown }), "spec.type"],
    ] as const) {
      expect(await judge([namespace(), one])).to.deep.equal({
        violations: [],
        undecided: `Service shop/catalog: string value at .${path} can't be known during preview`,
      });
      expect(await judge([namespace(), one, rule("catalog")])).to.deep.equal({ violations: [] });
    }
    expect(await judge([to(unknown), rule("catalog")])).to.deep.equal({
      violations: [],
      undecided:
        "VirtualService shop/catalog: string value at .spec.http.0.route.0.destination.host can't be known during preview",
    });
  });
});
