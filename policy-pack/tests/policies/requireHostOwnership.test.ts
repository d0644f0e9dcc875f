import { expect } from "chai";
import { messages, requireHostOwnership } from "../../policies/requireHostOwnership";
import { type Resource, unknown, validateStack } from "../engine";
import { deployment, istio, namespace, virtualService } from "../resources";

const judge = (...stack: Resource[]) => validateStack(requireHostOwnership, stack);
const routes = (host: unknown, spec: object = {}) =>
  virtualService(undefined, { hosts: [host], ...spec }, { namespace: "team-a", name: "routes" });
const entry = (host: string, spec: object = {}, namespace = "team-a") =>
  istio("networking.istio.io/v1", "ServiceEntry", { namespace, name: "entry" }, { hosts: [host], ...spec });
const CART = "cart.shop.svc.cluster.local";
const ROUTES = "VirtualService team-a/routes";
const taken = (title: string, host = CART, owner = "shop") => ({
  violations: [messages.otherNamespace(title, "spec.hosts[0]", host, owner)],
});

describe("require-host-ownership", () => {
  it("states the object, the host and the fix", async () => {
    expect(await judge(routes(CART))).to.deep.equal({
      violations: [
        `VirtualService team-a/routes: spec.hosts[0] is "${CART}", a host of namespace shop, so the object takes it over for ` +
          'the whole mesh. Set spec.exportTo to ["."], or move the object to the namespace that owns the host.',
      ],
    });
  });

  it("refuses external hosts that another namespace declares, too, unless they are not exported", async () => {
    const host = "api.example.com";
    const both = [entry(host), entry(host, {}, "bank")];
    expect(await judge(routes(host), entry(host))).to.deep.equal({ violations: [] });
    expect(await judge(routes(host, { exportTo: ["."] }), ...both)).to.deep.equal({ violations: [] });
    expect(await judge(routes(host), ...both)).to.deep.equal({
      violations: [messages.alsoDeclared(ROUTES, "spec.hosts[0]", host, "bank")],
    });
  });

  it("accepts hosts of the object's namespace, in every form", async () => {
    for (const host of ["cart", "cart.team-a.svc", "cart.team-a.svc.cluster.local"]) {
      expect(await judge(routes(host)), host).to.deep.equal({ violations: [] });
      expect(await judge(entry(host)), host).to.deep.equal({ violations: [] });
    }
  });

  it("accepts other hosts for clients in its own namespace only", async () => {
    for (const host of [CART, "api.example.com"]) {
      for (const exportTo of [["."], ["team-a"], ["~"]]) {
        expect(await judge(routes(host, { exportTo }))).to.deep.equal({ violations: [] });
        expect(await judge(entry(host, { exportTo }))).to.deep.equal({ violations: [] });
      }
      expect(await judge(routes(host, { gateways: ["team-a/public"] }))).to.deep.equal({ violations: [] });
    }
  });

  it("refuses hosts of other namespaces", async () => {
    for (const spec of [
      {},
      { exportTo: ["*"] },
      { exportTo: [".", "shop"] },
      { gateways: ["team-a/public", "mesh"] },
    ]) {
      expect(await judge(routes(CART, spec)), JSON.stringify(spec)).to.deep.equal(taken(ROUTES));
    }
    expect(await judge(routes("cart.shop.svc"))).to.deep.equal(taken(ROUTES, "cart.shop.svc"));
    expect(await judge(entry(CART))).to.deep.equal(taken("ServiceEntry team-a/entry"));
  });

  it("refuses external hosts that no ServiceEntry of the namespace declares", async () => {
    const refused = { violations: [messages.notDeclared(ROUTES, "spec.hosts[0]", "api.example.com")] };
    expect(await judge(routes("api.example.com"))).to.deep.equal(refused);
    expect(await judge(routes("api.example.com"), entry("api.example.com", {}, "shop"))).to.deep.equal(
      refused,
    );
    for (const declared of ["api.example.com", "*.example.com"]) {
      expect(await judge(routes("api.example.com"), entry(declared))).to.deep.equal({ violations: [] });
    }
  });

  it("refuses hosts of other namespaces without their domain, and of several clusters", async () => {
    const others = [namespace({}, "bank"), namespace({}, "team-a")];
    const onEntry = "ServiceEntry team-a/entry";
    const shared = "pay.bank.svc.clusterset.local";
    expect(await judge(entry("pay.bank"), ...others)).to.deep.equal(taken(onEntry, "pay.bank", "bank"));
    expect(await judge(routes("pay.bank"), ...others)).to.deep.equal(taken(ROUTES, "pay.bank", "bank"));
    expect(await judge(entry(shared))).to.deep.equal(taken(onEntry, shared, "bank"));
    for (const host of ["pay.team-a", "example.com", "pay.team-a.svc.clusterset.local"]) {
      expect(await judge(entry(host), ...others), host).to.deep.equal({ violations: [] });
    }
  });

  it("applies the organization's domains", async () => {
    const outcome = await validateStack(requireHostOwnership, [routes("cart.shop.svc.example.com")], {
      meshDomains: ["svc.example.com"],
    });
    expect(outcome).to.deep.equal(taken(ROUTES, "cart.shop.svc.example.com"));
  });

  it("reads objects without a namespace as those of default", async () => {
    const own = (host: string) =>
      virtualService(undefined, { hosts: [host] }, { namespace: undefined, name: "routes" });
    const title = "VirtualService routes";
    const host = "api.example.com";
    const inDefault = istio("networking.istio.io/v1", "ServiceEntry", { name: "entry" }, { hosts: [host] });
    for (const accepted of ["cart", "cart.default.svc", "cart.default.svc.cluster.local"]) {
      expect(await judge(own(accepted)), accepted).to.deep.equal({ violations: [] });
    }
    expect(await judge(own(CART))).to.deep.equal(taken(title));
    expect(await judge(own(host), inDefault)).to.deep.equal({ violations: [] });
    expect(await judge(routes(host), entry(host), inDefault)).to.deep.equal({
      violations: [messages.alsoDeclared(ROUTES, "spec.hosts[0]", host, "default")],
    });
  });

  it("matches a ServiceEntry with its own hosts only, of which one is enough", async () => {
    const declared = (...hosts: string[]) =>
      judge(
        routes("api.example.com"),
        entry("", { hosts }),
        entry("", { hosts: ["www.example.com"] }, "bank"),
      );
    for (const hosts of [
      ["www.example.com", "api.example.com"],
      ["*.example.com"],
      ["www.example.com", "*.com"],
    ]) {
      expect(await declared(...hosts), hosts.join()).to.deep.equal({ violations: [] });
    }
    for (const hosts of [
      [],
      ["example.com"],
      ["*.api.example.com"],
      ["*i.example.com"],
      ["xapi.example.com"],
    ]) {
      expect(await declared(...hosts), hosts.join()).to.deep.equal({
        violations: [messages.notDeclared(ROUTES, "spec.hosts[0]", "api.example.com")],
      });
    }
  });

  it("judges several hosts each, and objects for gateways and for clients in the mesh", async () => {
    const several = await judge(routes(CART, { hosts: ["cart", CART, "pay.bank.svc"] }));
    expect(several).to.deep.equal({
      violations: [
        messages.otherNamespace(ROUTES, "spec.hosts[1]", CART, "shop"),
        messages.otherNamespace(ROUTES, "spec.hosts[2]", "pay.bank.svc", "bank"),
      ],
    });
    const atGateway = entry(CART, { gateways: ["team-a/public"] });
    expect(await judge(atGateway)).to.deep.equal(taken("ServiceEntry team-a/entry"));
    for (const gateways of [unknown, [unknown], []]) {
      expect(await judge(routes(CART, { gateways }))).to.deep.include(taken(ROUTES));
    }
    expect(
      await judge(routes("cart.shop.svc.cluster.local.example.com"), namespace({}, "shop")),
    ).to.deep.equal({
      violations: [messages.notDeclared(ROUTES, "spec.hosts[0]", "cart.shop.svc.cluster.local.example.com")],
    });
  });

  it("does not apply to other stacks", async () => {
    expect((await judge(deployment())).notApplicable).to.equal(
      "The stack has no VirtualService and no ServiceEntry",
    );
  });

  it("reports unknown values as undecided", async () => {
    expect((await judge(routes(unknown))).undecided).to.be.a("string");
    expect(await judge(routes(CART, { exportTo: unknown }))).to.deep.include(taken(ROUTES));
  });
});
