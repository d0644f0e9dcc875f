import { expect } from "chai";
import { messages, requireSafeEffects } from "../../policies/requireSafeEffects";
import { type Resource, unknown, validateStack } from "../engine";
import {
  allow,
  asPatch,
  authorizationPolicy,
  defaultDeny,
  deployment,
  destinationRule,
  istio,
  istiod,
  namespace,
  peerAuthentication,
  route,
  virtualService,
} from "../resources";
import { accepted, inDev, judge, mesh } from "../safeEffects";

const rule = (...rules: object[]) => authorizationPolicy({ rules });
const when = (key: string, values: string[]) => ({ when: [{ key, values }] });
const entry = (spec: object, inNamespace = "shop", name = "entry") =>
  istio("networking.istio.io/v1", "ServiceEntry", { namespace: inNamespace, name }, spec as never);
const ports = [{ number: 443, name: "tls", protocol: "TLS" }];
const gatewayRoute = (inNamespace: string, http: object[], hosts = ["shop.example.com"]) =>
  virtualService(
    http,
    { hosts, gateways: ["istio-ingress/public"] },
    { namespace: inNamespace, name: inNamespace },
  );
const on = (uri: object, more: object = {}) => route({ match: [{ uri, ...more }] });

describe("require-safe-effects", () => {
  it("states the request that shows the effect, the object that decides, and the fix", async () => {
    expect(await judge(rule(when("request.headers[user-agent]", ["Mozilla/*"])))).to.deep.equal({
      violations: [
        "Deployment shop/catalog: GET /~stranger on port 8080 from cluster.local/ns/stranger/sa/stranger with host stranger.example with " +
          "the header user-agent is allowed by spec.rules[0] of AuthorizationPolicy shop/catalog. Name the callers in " +
          "from.source.principals.",
      ],
    });
  });

  it("does not apply to a stack without objects of Istio and without workloads", async () => {
    expect(await validateStack(requireSafeEffects, [namespace()])).to.deep.equal({
      ...accepted,
      notApplicable: "The stack has no object of Istio, no workload and no object that decides about them",
    });
  });

  describe("access", () => {
    it("accepts rules for named callers, public paths, and networks", async () => {
      for (const one of [
        allow(),
        { from: [{ source: { namespaces: ["shop"] } }] },
        { from: [{ source: { serviceAccounts: ["shop/web"] } }] },
        { to: [{ operation: { methods: ["GET"], paths: ["/public/*"] } }] },
        { from: [{ source: { ipBlocks: ["10.0.0.0/8"] } }] },
        { from: [{ source: { requestPrincipals: ["*"] } }] },
        when("request.headers[x-key]", ["a-shared-secret"]),
      ]) {
        expect(await judge(rule(one)), JSON.stringify(one)).to.deep.equal(accepted);
      }
    });

    it("refuses rules that let strangers pass, alone or together, unless forbid-allow-all reports them", async () => {
      const networks = Array.from({ length: 256 }, (_, first) => `${first}.0.0.0/8`);
      for (const one of [
        when("request.headers[user-agent]", ["*zilla"]),
        { from: [{ source: { ipBlocks: networks } }] },
        { to: [{ operation: { paths: ["/{*}"] } }, { operation: { paths: ["/{*}/deeper/{**}"] } }] },
      ]) {
        const { violations } = await judge(rule(one));
        expect(violations.join(), JSON.stringify(one).slice(0, 80)).to.match(
          /^Deployment shop\/catalog: .* is allowed by/,
        );
      }
      for (const one of [
        {},
        { to: [{ operation: { ports: ["8080"] } }] },
        when("request.headers[a]", ["*"]),
      ]) {
        expect(await judge(rule(one)), JSON.stringify(one)).to.deep.equal(accepted);
      }
    });

    it("refuses a workload without a default deny where require-default-deny does not look", async () => {
      const inRoot = (resource: Resource) => ({
        ...resource,
        props: {
          ...resource.props,
          metadata: { ...(resource.props.metadata as object), namespace: "istio-system" },
        },
      });
      const stack = [namespace(undefined, "istio-system"), inRoot(deployment())];
      const { violations } = await judge(...stack);
      expect(violations).to.deep.equal([
        messages.access.noPolicy(
          "Deployment istio-system/catalog",
          "GET /~stranger on port 8080 from cluster.local/ns/stranger/sa/stranger with host stranger.example",
        ),
      ]);
      const deny = defaultDeny({}, { namespace: "istio-system" });
      expect(await judge(...stack, deny)).to.deep.equal(accepted);
    });

    it("refuses decisions that the model does not read, in staging and prod", async () => {
      const provider = { action: "CUSTOM", provider: { name: "authorizer" }, rules: [{}] };
      const stack = [
        rule(when("experimental.envoy.filters.network.mysql_proxy[db]", ["a"])),
        authorizationPolicy(provider, { name: "custom" }),
      ];
      expect((await judge(...stack)).violations.join()).to.match(
        /may be allowed, because AuthorizationPolicy shop\/c/,
      );
      expect(await inDev(...stack)).to.deep.equal(accepted);
      const allowedUnread = ["AuthorizationPolicy shop/custom"];
      const allowed = await validateStack(requireSafeEffects, [...mesh, ...stack], { allowedUnread });
      expect(allowed).to.deep.equal(accepted);
    });
  });

  describe("extension providers", () => {
    const authorizer = (name: string) =>
      authorizationPolicy({ action: "CUSTOM", provider: { name }, rules: [{}] }, { name: "custom" });
    const allowedUnread = ["AuthorizationPolicy shop/custom"];
    const judgeCustom = (...stack: Resource[]) =>
      validateStack(requireSafeEffects, [...mesh, rule(allow()), ...stack], { allowedUnread });
    const declaring = (...names: unknown[]) =>
      istiod({ meshConfig: { extensionProviders: names.map((name) => ({ name, envoyExtAuthzHttp: {} })) } });
    const missing = (name: string) => ({
      violations: [
        messages.providers.authorizer("AuthorizationPolicy shop/custom", "spec.provider.name", name),
      ],
    });
    const telemetry = (name: string) =>
      istio(
        "telemetry.istio.io/v1",
        "Telemetry",
        { namespace: "shop", name: "logs" },
        {
          accessLogging: [{ providers: [{ name }] }],
        },
      );

    it("refuses a name that the stack's mesh configuration does not have", async () => {
      expect(await judgeCustom(authorizer("opa"), declaring("oauth2-proxy"))).to.deep.equal(missing("opa"));
      expect(await judgeCustom(authorizer("opa"), istiod())).to.deep.equal(missing("opa"));
      expect(await judgeCustom(authorizer("envoy"), istiod())).to.deep.equal(missing("envoy"));
      expect((await judgeCustom(telemetry("jaegr"), declaring("jaeger"))).violations).to.deep.equal([
        messages.providers.telemetry(
          "Telemetry shop/logs",
          "spec.accessLogging[0].providers[0].name",
          "jaegr",
        ),
      ]);
    });

    it("accepts a declared name, Istio's own for telemetry, and every name without a mesh configuration", async () => {
      expect(await judgeCustom(authorizer("opa"), declaring("oauth2-proxy", "opa"))).to.deep.equal(accepted);
      expect(await judgeCustom(authorizer("opa"))).to.deep.equal(accepted);
      expect(await judgeCustom(telemetry("jaeger"), declaring("jaeger"))).to.deep.equal(accepted);
      expect(await judgeCustom(telemetry("envoy"), istiod())).to.deep.equal(accepted);
      expect(await judgeCustom(telemetry("jaegr"))).to.deep.equal(accepted);
    });

    it("reports unknown names as undecided", async () => {
      const outcome = await judgeCustom(authorizer("opa"), declaring(unknown));
      expect(outcome.violations).to.deep.equal([]);
      expect(outcome.undecided).to.be.a("string");
    });
  });

  describe("mutual TLS", () => {
    const internal = entry({ hosts: ["pay.corp"], location: "MESH_INTERNAL", resolution: "DNS", ports });
    const simple = (mode: string) => destinationRule({ host: "pay.corp", trafficPolicy: { tls: { mode } } });

    it("refuses plaintext to hosts that a ServiceEntry adds to the mesh", async () => {
      expect(await judge(internal, simple("SIMPLE"))).to.deep.equal({
        violations: [
          messages.mtls.outbound(
            "DestinationRule shop/catalog",
            "spec.trafficPolicy.tls.mode",
            "SIMPLE",
            "pay.corp",
            "ServiceEntry shop/entry",
          ),
        ],
      });
    });

    it("accepts ISTIO_MUTUAL there, and TLS to external hosts", async () => {
      expect(await judge(internal, simple("ISTIO_MUTUAL"))).to.deep.equal(accepted);
      const external = entry({ hosts: ["pay.corp"], resolution: "DNS", ports });
      expect(await judge(external, simple("SIMPLE"))).to.deep.equal(accepted);
    });

    it("refuses endpoints of a Service that receive plaintext", async () => {
      const machine = (labels: object) =>
        istio(
          "networking.istio.io/v1",
          "WorkloadEntry",
          { namespace: "shop", name: "vm" },
          { address: "10.0.0.7", labels },
        );
      expect(await judge(machine({ app: "catalog" }))).to.deep.equal({
        violations: [
          messages.mtls.endpoint("WorkloadEntry shop/vm", "spec.labels", "catalog.shop.svc.cluster.local"),
        ],
      });
      expect(await judge(machine({ app: "catalog", "security.istio.io/tlsMode": "istio" }))).to.deep.equal(
        accepted,
      );
      expect(await judge(machine({ app: "legacy" }))).to.deep.equal(accepted);
    });

    it("does not repeat what forbid-weaker-mtls reports", async () => {
      const weaker = peerAuthentication({ mtls: { mode: "PERMISSIVE" } }, "shop");
      expect(await judge(weaker)).to.deep.equal(accepted);
      expect(await judge(destinationRule({ trafficPolicy: { tls: { mode: "DISABLE" } } }))).to.deep.equal(
        accepted,
      );
    });
  });

  describe("patches", () => {
    const external = (spec: object) =>
      istio("networking.istio.io/v1", "DestinationRule", { namespace: "shop", name: "pay" }, spec as never);
    const rules = external({ host: "pay.example.com", trafficPolicy: { tls: { mode: "SIMPLE" } } });

    it("are refused if they are harmful with the object's own fields", async () => {
      const { violations } = await judge(rules, asPatch(external({ host: "catalog" })));
      expect(violations.join()).to.include(
        "DestinationRule shop/pay: with the stack's patches, spec.trafficPolicy.tls.mode is SIMPLE",
      );
    });

    it("are accepted if they are harmless, or change another object", async () => {
      expect(await judge(rules, asPatch(external({ host: "bill.example.com" })))).to.deep.equal(accepted);
      const other = istio(
        "networking.istio.io/v1",
        "DestinationRule",
        { namespace: "shop", name: "other" },
        { host: "catalog" },
      );
      expect(await judge(rules, asPatch(other))).to.deep.equal(accepted);
    });
  });

  describe("egress", () => {
    it("refuses ServiceEntries that take a Service out of the mesh", async () => {
      const host = "catalog.shop.svc.cluster.local";
      expect(await judge(entry({ hosts: [host], ports, resolution: "DNS" }))).to.deep.equal({
        violations: [
          messages.egress.leaves("ServiceEntry shop/entry", "spec.hosts[0]", host, "Service shop/catalog"),
        ],
      });
      expect(await judge(entry({ hosts: [host], ports, location: "MESH_INTERNAL" }))).to.deep.equal(accepted);
    });

    it("refuses endpoints for a host that another namespace declares", async () => {
      const hosts = ["api.example.com"];
      const declared = entry({ hosts, ports, resolution: "DNS" }, "bank", "api");
      const own = { hosts, ports, resolution: "STATIC", endpoints: [{ address: "10.0.0.7" }] };
      expect(await judge(declared, entry(own))).to.deep.equal({
        violations: [
          messages.egress.replaced(
            "ServiceEntry shop/entry",
            "spec.endpoints",
            "api.example.com",
            "ServiceEntry bank/api",
          ),
        ],
      });
      expect(await judge(declared, entry({ ...own, exportTo: ["."] }))).to.deep.equal(accepted);
      expect(await judge(declared, entry({ hosts, ports, resolution: "DNS" }))).to.deep.equal(accepted);
    });
  });

  describe("routes", () => {
    const to = (destination: object) => virtualService([route({ route: [{ destination }] })]);
    const ROUTE = "VirtualService shop/catalog";
    const at = (field: string) => `spec.http[0].route[0].destination.${field}`;
    const full = "catalog.shop.svc.cluster.local";

    it("refuses routes to a mistyped host, a missing port and a missing subset", async () => {
      const subsets = destinationRule({ subsets: [{ name: "v1", labels: { version: "v1" } }] });
      for (const [destination, message] of [
        [
          { host: "catlaog" },
          messages.routes.host(ROUTE, at("host"), "catlaog.shop.svc.cluster.local", full),
        ],
        [{ host: "catalog", port: { number: 81 } }, messages.routes.port(ROUTE, at("port.number"), 81, full)],
        [{ host: "catalog", subset: "v2" }, messages.routes.subset(ROUTE, at("subset"), "v2", full)],
      ] as const) {
        expect(await judge(subsets, to(destination))).to.deep.equal({ violations: [message] });
      }
    });

    it("accepts routes to what the stack has, or may be in another stack", async () => {
      const subsets = destinationRule({ subsets: [{ name: "v1", labels: { version: "v1" } }] });
      for (const destination of [
        { host: "catalog", port: { number: 8080 } },
        { host: "catalog", subset: "v1" },
        { host: "orders", subset: "v1" },
        { host: "catalog-2" },
      ]) {
        expect(await judge(subsets, to(destination)), JSON.stringify(destination)).to.deep.equal(accepted);
      }
    });

    const httpRoute = (inNamespace: string, path: string, backend: object = {}) =>
      istio(
        "gateway.networking.k8s.io/v1",
        "HTTPRoute",
        { namespace: inNamespace, name: inNamespace },
        {
          parentRefs: [{ name: "public", namespace: "ingress" }],
          hostnames: ["shop.example.com"],
          rules: [
            {
              matches: [{ path: { type: "PathPrefix", value: path } }],
              backendRefs: [{ name: "a", port: 80, ...backend }],
            },
          ],
        },
      );

    it("refuses overlapping paths of HTTPRoutes of two namespaces, and accepts others", async () => {
      const bank = httpRoute("bank", "/pay");
      expect(await judge(bank, httpRoute("shop", "/pay/admin"))).to.deep.equal({
        violations: [
          messages.routes.taken(
            "HTTPRoute shop/shop",
            "/pay/admin",
            "shop.example.com",
            "HTTPRoute bank/bank",
          ),
        ],
      });
      expect(await judge(bank, httpRoute("shop", "/cart"))).to.deep.equal(accepted);
    });

    it("requires a ReferenceGrant for another namespace of the stack", async () => {
      const across = httpRoute("shop", "/pay", { namespace: "bank" });
      expect(await judge(across)).to.deep.equal(accepted);
      const stack = [across, namespace(undefined, "bank"), defaultDeny({}, { namespace: "bank" })];
      const field = "spec.rules[0].backendRefs[0].namespace";
      expect(await judge(...stack)).to.deep.equal({
        violations: [messages.routes.grant("HTTPRoute shop/shop", field, "bank")],
      });
      const grant = (from: string) =>
        istio(
          "gateway.networking.k8s.io/v1beta1",
          "ReferenceGrant",
          { namespace: "bank", name: "shop" },
          {
            from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: from }],
            to: [{ group: "", kind: "Service" }],
          },
        );
      expect(await judge(...stack, grant("shop"))).to.deep.equal(accepted);
      expect((await judge(...stack, grant("other"))).violations).to.have.length(1);
    });

    it("refuses overlapping paths of two namespaces on one host of a gateway", async () => {
      const overlapping = [
        gatewayRoute("bank", [on({ prefix: "/pay" })]),
        gatewayRoute("shop", [on({ prefix: "/pay/admin" })]),
      ];
      expect(await judge(...overlapping)).to.deep.equal({
        violations: [
          messages.routes.taken(
            "VirtualService shop/shop",
            "/pay/admin",
            "shop.example.com",
            "VirtualService bank/bank",
          ),
        ],
      });
    });

    it("accepts separate paths, a route for the rest, and separate hosts", async () => {
      const bank = gatewayRoute("bank", [on({ prefix: "/pay" })]);
      for (const other of [
        gatewayRoute("shop", [on({ prefix: "/cart" })]),
        gatewayRoute("shop", [route()]),
        gatewayRoute("shop", [on({ prefix: "/pay" })], ["bank.example.com"]),
        gatewayRoute("bank", [on({ prefix: "/pay/admin" })]),
      ]) {
        expect(await judge(bank, other)).to.deep.equal(accepted);
      }
    });
  });

  describe("selectors", () => {
    const selecting = (app: string) => authorizationPolicy({ selector: { matchLabels: { app } } });

    it("refuses a typing error", async () => {
      expect(await judge(selecting("catlaog"))).to.deep.equal({
        violations: [
          messages.selectors.nothing(
            "AuthorizationPolicy shop/catalog",
            "spec.selector.matchLabels.app",
            "app",
            "catlaog",
            "app=catalog",
          ),
        ],
      });
    });

    it("accepts workloads of other stacks, and series of names", async () => {
      const second = deployment({ metadata: { labels: { app: "web-1" } } });
      for (const app of ["orders", "catalog-worker", "web-2"]) {
        expect(await judge(second, selecting(app)), app).to.deep.equal(accepted);
      }
    });
  });

  describe("with unknown values", () => {
    it("leaves the workload open, and names the unknown values", async () => {
      for (const open of [
        authorizationPolicy({ rules: unknown }),
        defaultDeny(unknown as never),
        deployment({ metadata: { labels: unknown } }),
      ]) {
        const { violations, undecided } = await judge(open);
        expect(violations, open.name).to.deep.equal([]);
        expect(undecided, open.name).to.match(/can't be known during preview/);
      }
    });

    it("judges what does not depend on them", async () => {
      const bank = defaultDeny({ rules: unknown }, { namespace: "bank" });
      const open = rule(when("request.headers[user-agent]", ["Mozilla/*"]));
      expect((await judge(bank, open)).violations).to.have.length(1);
      expect((await judge(deployment({}, { image: unknown }))).undecided).to.equal(undefined);
    });
  });
});
