import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, requireGatewayTls } from "../../policies/requireGatewayTls";
import { type Resource, unknown, validateStack } from "../engine";
import { asPatch, gateway, istio, kubernetes } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}, ...others: Resource[]) =>
  validateStack(requireGatewayTls, [resource, ...others], configuration);
const tls = (changes: object, configuration = {}) =>
  judge(gateway({ tls: { mode: "SIMPLE", credentialName: "shop", ...changes } }), configuration);
const inGateway = said("Gateway shop/public", "spec.servers");
const at = (path: string, message: Message) => ({ violations: [inGateway(path, message)] });

describe("require-gateway-tls", () => {
  it("states the field, the version and the fix", async () => {
    expect(await tls({ minProtocolVersion: "TLSV1_0" })).to.deep.equal({
      violations: [
        "Gateway shop/public: spec.servers[1].tls.minProtocolVersion is TLSV1_0, older than TLSV1_2. Set it to TLSV1_2 or " +
          "TLSV1_3.",
      ],
    });
  });

  it("accepts TLS 1.2 and newer, and plaintext HTTP that is redirected", async () => {
    expect(await judge(gateway())).to.deep.equal({ violations: [] });
    for (const minProtocolVersion of [undefined, "TLS_AUTO", "TLSV1_2", "TLSV1_3"]) {
      expect(await tls({ minProtocolVersion })).to.deep.equal({ violations: [] });
    }
  });

  it("accepts TLS that is terminated behind the gateway, and protocols without a redirect", async () => {
    for (const mode of ["PASSTHROUGH", "AUTO_PASSTHROUGH"]) {
      expect(await tls({ mode, minProtocolVersion: "TLSV1_0" }), mode).to.deep.equal({ violations: [] });
    }
    const unnamed = gateway({}, { port: { number: 80 }, tls: undefined });
    expect(await judge(unnamed)).to.deep.equal({ violations: [] });
    const mongo = gateway({ port: { number: 27017, protocol: "MONGO" } });
    expect(await judge(mongo)).to.deep.equal({ violations: [] });
  });

  it("refuses older versions", async () => {
    for (const version of ["TLSV1_0", "TLSV1_1"]) {
      expect(await tls({ minProtocolVersion: version })).to.deep.equal(
        at("[1].tls.minProtocolVersion", messages.version(version, "TLSV1_2")),
      );
    }
    expect(await tls({ maxProtocolVersion: "TLSV1_1" })).to.deep.equal(
      at("[1].tls.maxProtocolVersion", messages.version("TLSV1_1", "TLSV1_2")),
    );
    expect(await tls({ minProtocolVersion: "hunter2" })).to.deep.equal(
      at("[1].tls.minProtocolVersion", messages.unknownVersion("TLSV1_2")),
    );
  });

  it("applies the organization's oldest version, also to Istio's default", async () => {
    const settings = { minProtocolVersion: "TLSV1_3" };
    expect(await tls({}, settings)).to.deep.equal(
      at("[1].tls.minProtocolVersion", messages.defaultVersion("TLSV1_2", "TLSV1_3")),
    );
    expect(await tls({ minProtocolVersion: "TLSV1_3" }, settings)).to.deep.equal({ violations: [] });
    expect((await tls({ minProtocolVersion: "TLSV1_2" }, settings)).violations).to.deep.equal([
      "Gateway shop/public: spec.servers[1].tls.minProtocolVersion is TLSV1_2, older than TLSV1_3. Set it to TLSV1_3.",
    ]);
  });

  it("refuses plaintext HTTP without a redirect", async () => {
    for (const protocol of ["HTTP", "http", "HTTP2", "GRPC", "HTTP_PROXY"]) {
      for (const settings of [undefined, {}, { httpsRedirect: false }]) {
        const plain = gateway({}, { port: { number: 80, protocol }, tls: settings });
        expect(await judge(plain)).to.deep.equal(at("[0].tls.httpsRedirect", messages.plaintext(protocol)));
      }
    }
  });

  it("refuses plaintext of protocols that proxies do not parse", async () => {
    for (const protocol of ["TCP", "tcp", "MONGO"]) {
      const opaque = gateway({ port: { number: 80, protocol }, tls: undefined });
      expect(await judge(opaque)).to.deep.equal(at("[1].port.protocol", messages.opaque(protocol)));
    }
  });

  it("refuses an Ingress of Istio's class without TLS", async () => {
    const object = (spec: object, annotations: object = {}) =>
      kubernetes("networking.k8s.io/v1", "Ingress", {
        metadata: { namespace: "shop", name: "web", annotations },
        spec,
      });
    const ingress = (...given: Parameters<typeof object>) => judge(object(...given));
    const refused = { violations: [said("Ingress shop/web")("spec.tls", messages.ingress())] };
    expect(await ingress({ ingressClassName: "istio" })).to.deep.equal(refused);
    expect(await ingress({}, { "kubernetes.io/ingress.class": "istio" })).to.deep.equal(refused);
    expect(await ingress({ ingressClassName: "nginx" })).to.deep.equal({ violations: [] });
    const plaintext = object({ ingressClassName: "istio" });
    expect(await judge(asPatch(plaintext))).to.deep.equal({ violations: [] });
    expect(await judge(plaintext, { tlsTerminatedBy: "loadBalancer" })).to.deep.equal({ violations: [] });
    const open = await ingress({ ingressClassName: "istio", tls: unknown });
    expect(open.violations).to.deep.equal([]);
    expect(open.undecided).to.include(".spec.tls can't be known");
    expect(await ingress({ ingressClassName: "istio", tls: [{ secretName: "a" }] })).to.deep.equal({
      violations: [],
    });
  });

  it("refuses plaintext listeners of the Gateway API", async () => {
    const listeners = (...protocols: unknown[]) =>
      judge(
        istio(
          "gateway.networking.k8s.io/v1",
          "Gateway",
          { namespace: "shop", name: "public" },
          { gatewayClassName: "istio", listeners: protocols.map((protocol) => ({ protocol })) },
        ),
      );
    expect(await listeners("HTTPS", "TLS", "HBONE")).to.deep.equal({ violations: [] });
    expect(await listeners("HTTPS", "HTTP", "TCP")).to.deep.equal({
      violations: [
        said("Gateway shop/public")("spec.listeners[1].protocol", messages.listener("HTTP")),
        said("Gateway shop/public")("spec.listeners[2].protocol", messages.listener("TCP")),
      ],
    });
    expect((await listeners(unknown)).undecided).to.be.a("string");
  });

  it("accepts plaintext HTTP where a load balancer in front terminates TLS", async () => {
    const plain = gateway({}, { port: { number: 80, protocol: "HTTP" }, tls: undefined });
    expect(await judge(plain, { tlsTerminatedBy: "loadBalancer" })).to.deep.equal({ violations: [] });
    expect(await judge(plain, { tlsTerminatedBy: "gateway" })).to.deep.equal(
      at("[0].tls.httpsRedirect", messages.plaintext("HTTP")),
    );
  });

  it("refuses to accept any client certificate", async () => {
    expect(await tls({ mode: "MUTUAL", insecureSkipVerify: true })).to.deep.equal(
      at("[1].tls.insecureSkipVerify", messages.skipVerify()),
    );
  });

  it("judges gateways only, and does not apply to a stack without one", async () => {
    const spec = { listeners: [{ protocol: "HTTP" }] };
    const other = istio("example.com/v1", "Any", { namespace: "shop", name: "public" }, spec);
    expect(await judge(gateway(), {}, other)).to.deep.equal({ violations: [] });
    expect(await judge(other)).to.deep.equal({
      violations: [],
      notApplicable: "The stack has no Gateway and no Ingress",
    });
  });

  it("reports unknown values as undecided", async () => {
    const redirect = await judge(gateway({}, { tls: { httpsRedirect: unknown } }));
    expect(redirect.violations).to.deep.equal([]);
    expect(redirect.undecided).to.include(".tls.httpsRedirect can't be known");
    expect(await tls({ minProtocolVersion: unknown, maxProtocolVersion: "TLSV1_1" })).to.deep.equal({
      ...at("[1].tls.maxProtocolVersion", messages.version("TLSV1_1", "TLSV1_2")),
      undecided:
        "Gateway shop/public: string value at .spec.servers.1.tls.minProtocolVersion can't be known during preview",
    });
  });
});

describe("require-gateway-tls, of plaintext that routes redirect", () => {
  const hosts = ["shop.example.com"];
  const plain = gateway({}, { port: { number: 80, name: "http-acme", protocol: "HTTP" }, tls: undefined });
  const redirect = { match: [{ port: 80, uri: { prefix: "/" } }], redirect: { scheme: "https" } };
  const route = [{ destination: { host: "web" } }];
  const forward = { match: [{ uri: { prefix: "/" } }], route };
  const challenge = { match: [{ uri: { prefix: "/.well-known/acme-challenge/" } }], route };
  const virtualService = (http: unknown, spec: object = {}, metadata: object = {}) =>
    istio(
      "networking.istio.io/v1",
      "VirtualService",
      { namespace: "shop", name: "web", ...metadata },
      { gateways: ["public"], hosts, http, ...spec },
    );
  const judgeWith = (...routes: Resource[]) => judge(plain, {}, ...routes);
  const accepted = { violations: [] };
  const open = at("[0].tls.httpsRedirect", messages.plaintext("HTTP"));
  const served = (path: string, by = "VirtualService shop/web") =>
    at("[0].tls.httpsRedirect", messages.served("HTTP", `${path} of ${by}`));

  it("accepts a redirect of every path, before routes that then serve HTTPS only", async () => {
    expect(await judgeWith(virtualService([redirect, forward]))).to.deep.equal(accepted);
    const everywhere = { redirect: { scheme: "https" } };
    expect(await judgeWith(virtualService([everywhere]))).to.deep.equal(accepted);
    const onlyHttps = { match: [{ port: 443 }], route };
    expect(await judgeWith(virtualService([onlyHttps, everywhere]))).to.deep.equal(accepted);
    const wide = virtualService([everywhere], { hosts: ["*.example.com"], gateways: ["shop/public"] });
    expect(await judgeWith(wide)).to.deep.equal(accepted);
  });

  it("accepts challenges of an ACME server beside the redirect, of another object, too", async () => {
    const exact = { match: [{ uri: { exact: "/.well-known/acme-challenge/token" } }], route };
    expect(await judgeWith(virtualService([challenge, exact, redirect]))).to.deep.equal(accepted);
    const solver = virtualService([challenge], {}, { name: "solver" });
    expect(await judgeWith(virtualService([redirect]), solver)).to.deep.equal(accepted);
  });

  it("refuses a route that serves plaintext before the redirect, in another object or in a delegate", async () => {
    expect(await judgeWith(virtualService([forward, redirect]))).to.deep.equal(served("spec.http[0]"));
    const other = virtualService(
      [{ match: [{ uri: { prefix: "/admin" } }], route }],
      { gateways: ["shop/public"] },
      { namespace: "admin", name: "admin" },
    );
    expect(await judgeWith(virtualService([redirect]), other)).to.deep.equal(
      served("spec.http[0]", "VirtualService admin/admin"),
    );
    const delegating = virtualService([
      { match: [{ uri: { prefix: "/admin" } }], delegate: { name: "part", namespace: "admin" } },
      redirect,
    ]);
    expect(await judgeWith(delegating)).to.deep.equal(served("spec.http[0]"));
    const part = (http: unknown) =>
      virtualService(http, { hosts: undefined, gateways: undefined }, { namespace: "admin", name: "part" });
    expect(await judgeWith(delegating, part([{ route }]))).to.deep.equal(served("spec.http[0]"));
    expect(await judgeWith(delegating, part([{ redirect: { scheme: "https" } }]))).to.deep.equal(accepted);
  });

  it("refuses what only looks like a challenge", async () => {
    const looksLike = [
      { match: [{ uri: { prefix: "/.well-known/acme-challenge" } }], route },
      { match: [{ uri: { regex: "/.well-known/acme-challenge/.*" } }], route },
      { match: [...challenge.match, { uri: { prefix: "/" }, headers: { a: { exact: "b" } } }], route },
      { ...challenge, rewrite: { uri: "/" } },
      { ...challenge, mirror: { host: "copy" } },
      { match: [{ headers: { host: { exact: "/.well-known/acme-challenge/" } } }], route },
    ];
    for (const http of looksLike) {
      expect(await judgeWith(virtualService([http, redirect]))).to.deep.equal(served("spec.http[0]"));
    }
  });

  it("refuses redirects that leave plaintext, a part of the paths, of the hosts or of the requests", async () => {
    const toPlaintext = { redirect: { authority: "www.example.com" } };
    expect(await judgeWith(virtualService([toPlaintext]))).to.deep.equal(served("spec.http[0]"));
    const parts = [
      { match: [{ uri: { prefix: "/a" } }], redirect: { scheme: "https" } },
      { match: [{ headers: { a: { exact: "b" } } }], redirect: { scheme: "https" } },
      { match: [{ port: 443 }], redirect: { scheme: "https" } },
    ];
    for (const http of parts) expect(await judgeWith(virtualService([http]))).to.deep.equal(open);
    expect(await judgeWith(virtualService([redirect], { hosts: ["a.example.com"] }))).to.deep.equal(open);
    expect(await judgeWith(virtualService([redirect], { gateways: ["mesh"] }))).to.deep.equal(open);
    const elsewhere = virtualService([redirect], {}, { namespace: "other" });
    expect(await judgeWith(elsewhere)).to.deep.equal(open);
  });

  it("judges each host of a server, and hosts that only one namespace may claim", async () => {
    const two = gateway({}, { ...plainOf(plain), hosts: ["shop.example.com", "other.example.com"] });
    expect(await judge(two, {}, virtualService([redirect]))).to.deep.equal(open);
    const own = gateway({}, { ...plainOf(plain), hosts: ["./shop.example.com"] });
    const foreign = virtualService(
      [forward],
      { gateways: ["shop/public"] },
      { namespace: "other", name: "web" },
    );
    expect(await judge(own, {}, virtualService([redirect]), foreign)).to.deep.equal(accepted);
  });

  it("reports unknown routes as undecided", async () => {
    const outcome = await judgeWith(virtualService(unknown));
    expect(outcome.violations).to.deep.equal([]);
    expect(outcome.undecided).to.be.a("string");
  });

  it("accepts a listener of the Gateway API whose HTTPRoutes redirect it", async () => {
    const api = (kind: string, metadata: object, spec: Record<string, unknown>) =>
      istio("gateway.networking.k8s.io/v1", kind, { namespace: "shop", ...metadata }, spec);
    const listener = api(
      "Gateway",
      { name: "public" },
      { gatewayClassName: "istio", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
    );
    const httpRoute = (rules: object[], spec: object = {}, name = "web") =>
      api("HTTPRoute", { name }, { parentRefs: [{ name: "public" }], rules, ...spec });
    const filters = [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }];
    const solver = {
      matches: [{ path: { type: "Exact", value: "/.well-known/acme-challenge/token" } }],
      backendRefs: [{ name: "solver", port: 8089 }],
    };
    const inListener = (message: Message) => ({
      violations: [said("Gateway shop/public")("spec.listeners[0].protocol", message)],
    });
    expect(await judge(listener, {}, httpRoute([{ filters }]))).to.deep.equal(accepted);
    expect(await judge(listener, {}, httpRoute([{ filters }, solver]))).to.deep.equal(accepted);
    expect(await judge(listener, {}, httpRoute([solver]))).to.deep.equal(
      inListener(messages.listener("HTTP")),
    );
    const others = httpRoute([{ backendRefs: [{ name: "web", port: 80 }] }], {}, "app");
    expect(await judge(listener, {}, httpRoute([{ filters }]), others)).to.deep.equal(
      inListener(messages.listenerServed("HTTP", "spec.rules[0] of HTTPRoute shop/app")),
    );
    const unreadable = await judge(listener, {}, httpRoute(unknown as never));
    expect(unreadable.violations).to.deep.equal([]);
    expect(unreadable.undecided).to.include(".spec.rules can't be known");
    const elsewhere = httpRoute([{ backendRefs: [{ name: "web" }] }], {
      parentRefs: [{ name: "public", sectionName: "https" }],
    });
    expect(await judge(listener, {}, httpRoute([{ filters }], {}, "redirect"), elsewhere)).to.deep.equal(
      accepted,
    );
    const half = httpRoute([{ filters }], { hostnames: ["a.example.com"] });
    expect(await judge(listener, {}, half)).to.deep.equal(inListener(messages.listener("HTTP")));
  });
});

function plainOf(resource: Resource): object {
  const { servers } = resource.props.spec as { servers: object[] };
  return servers[0] ?? {};
}
