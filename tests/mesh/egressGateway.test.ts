import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render } from "./render";
import { forAnyMesh, rendered } from "./rendered";

let objects: Manifest[];
const gateway = "istio-egress.istio-egress.svc.cluster.local";
const both = "externalServices.bank,externalServices.mail";

describe("egressGateway", () => {
  beforeEach(() => {
    objects = render({
      name: "shop",
      services: {
        web: {
          ports: { http },
          calls: { bank: {}, mail: { methods: ["POST"], paths: ["/send"], timeout: "3s" } },
        },
        api: { namespace: "backend", ports: { http }, calls: { mail: {} } },
      },
      externalServices: {
        bank: {
          host: "bank.example.com",
          ports: { https: { port: 443, protocol: "tls" } },
          egressGateway: true,
          circuitBreaker: { maxConnections: 50 },
        },
        mail: {
          host: "mail.example.com",
          ports: { http: { port: 8025, targetPort: 443, protocol: "http" } },
          tls: { mode: "SIMPLE" },
          egressGateway: true,
          resilience: { timeout: "5s" },
        },
        direct: { host: "direct.example.com", ports: { https: { port: 443, protocol: "tls" } } },
      },
    });
  });

  it("takes requests and callers' own TLS over mutual TLS, for its hosts only", () => {
    expect(find(objects, "Gateway", "istio-egress")).to.deep.equal({
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: metadata("istio-egress", both),
      spec: {
        selector: { istio: "egress" },
        servers: [
          {
            port: { number: 80, name: "https-from-mesh", protocol: "HTTPS" },
            hosts: ["mail.example.com"],
            tls: { mode: "ISTIO_MUTUAL" },
          },
          {
            port: { number: 443, name: "tls-bank", protocol: "TLS" },
            hosts: ["bank.example.com"],
            tls: { mode: "ISTIO_MUTUAL" },
          },
        ],
      },
    });
  });

  it("is reached with the name and the limits of the host, by a subset that no other catalog has", () => {
    const http = { http1MaxPendingRequests: 100, http2MaxRequests: 1000, maxRetries: 3 };
    expect(find(objects, "DestinationRule", "shop")).to.deep.equal({
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { ...metadata("shop", both), namespace: "istio-egress" },
      spec: {
        host: gateway,
        trafficPolicy: {
          connectionPool: {
            tcp: { maxConnections: 150 },
            http: { http1MaxPendingRequests: 200, http2MaxRequests: 2000, maxRetries: 6 },
          },
          loadBalancer: { localityLbSetting: { enabled: false } },
          outlierDetection: {
            consecutive5xxErrors: 0,
            consecutiveGatewayErrors: 0,
            splitExternalLocalOriginErrors: true,
            consecutiveLocalOriginFailures: 5,
            interval: "10s",
            baseEjectionTime: "30s",
            maxEjectionPercent: 50,
          },
        },
        subsets: [
          {
            name: "bank-shop",
            trafficPolicy: {
              connectionPool: { tcp: { maxConnections: 50 }, http },
              tls: { mode: "ISTIO_MUTUAL", sni: "bank.example.com" },
            },
          },
          {
            name: "mail-shop",
            trafficPolicy: {
              connectionPool: { tcp: { maxConnections: 100 }, http },
              tls: { mode: "ISTIO_MUTUAL", sni: "mail.example.com" },
            },
          },
        ],
      },
    });
  });

  it("lets through what the calls say, by the caller's account, and callers' own TLS by the host as well", () => {
    const request = (principal: string, operation: object): object => ({
      from: [{ source: { principals: [`cluster.local/ns/${principal}`] } }],
      to: [{ operation: { hosts: ["mail.example.com", "mail.example.com:*"], ports: ["80"], ...operation } }],
    });
    expect(find(objects, "AuthorizationPolicy", "shop")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: {
        ...metadata("shop", "services.web.calls.bank,services.api.calls.mail,services.web.calls.mail"),
        namespace: "istio-egress",
      },
      spec: {
        selector: { matchLabels: { istio: "egress" } },
        action: "ALLOW",
        rules: [
          {
            from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
            to: [{ operation: { ports: ["443"] } }],
            when: [{ key: "connection.sni", values: ["bank.example.com"] }],
          },
          request("backend/sa/api", {}),
          request("shop/sa/web", { methods: ["POST"], paths: ["/send"] }),
        ],
      },
    });
  });

  it("routes requests to the gateway with each caller's limits, and from there to the host", () => {
    const toGateway = [
      { destination: { host: gateway, port: { number: 80 }, subset: "mail-shop" }, weight: 100 },
    ];
    expect(find(objects, "VirtualService", "mail").spec).to.deep.equal({
      hosts: ["mail.example.com"],
      exportTo: [".", "backend", "istio-egress"],
      gateways: ["mesh", "shop/istio-egress"],
      http: [
        {
          name: "from web",
          match: [{ gateways: ["mesh"], port: 8025, sourceLabels: { app: "web" }, sourceNamespace: "shop" }],
          route: toGateway,
          timeout: "3s",
        },
        {
          name: "http",
          match: [{ gateways: ["mesh"], port: 8025 }],
          route: toGateway,
          timeout: "5s",
        },
        {
          name: "at the gateway",
          match: [{ gateways: ["shop/istio-egress"], port: 80 }],
          route: [{ destination: { host: "mail.example.com", port: { number: 8025 } } }],
          timeout: "5s",
          retries: { attempts: 0 },
        },
      ],
    });
  });

  it("routes callers' own TLS by the name that it asks for", () => {
    expect(find(objects, "VirtualService", "bank").spec).to.deep.equal({
      hosts: ["bank.example.com"],
      exportTo: [".", "istio-egress"],
      gateways: ["mesh", "shop/istio-egress"],
      tls: [
        {
          match: [{ gateways: ["mesh"], port: 443, sniHosts: ["bank.example.com"] }],
          route: [{ destination: { host: gateway, port: { number: 443 }, subset: "bank-shop" } }],
        },
      ],
      tcp: [
        {
          match: [{ gateways: ["shop/istio-egress"], port: 443 }],
          route: [{ destination: { host: "bank.example.com", port: { number: 443 } } }],
        },
      ],
    });
  });

  it("takes connections over mutual TLS that names the host, from those who call it, and goes on as they began", () => {
    const found = render({
      name: "shop",
      services: { web: { ports: { http }, calls: { db: {} } }, api: { ports: { http }, calls: { log: {} } } },
      externalServices: {
        db: { host: "db.example.com", ports: { tcp: { port: 5432, protocol: "tcp" } }, egressGateway: true },
        log: { host: "log.example.com", ports: { tls: { port: 443, protocol: "tls" } }, egressGateway: true },
      },
    });
    expect(find(found, "Gateway", "istio-egress")).to.have.deep.nested.property("spec.servers", [
      {
        port: { number: 443, name: "tls-db", protocol: "TLS" },
        hosts: ["db.example.com"],
        tls: { mode: "ISTIO_MUTUAL" },
      },
      {
        port: { number: 443, name: "tls-log", protocol: "TLS" },
        hosts: ["log.example.com"],
        tls: { mode: "ISTIO_MUTUAL" },
      },
    ]);
    expect(find(found, "VirtualService", "db").spec).to.deep.equal({
      hosts: ["db.example.com"],
      exportTo: [".", "istio-egress"],
      gateways: ["mesh", "shop/istio-egress"],
      tcp: [
        {
          match: [{ gateways: ["mesh"], port: 5432 }],
          route: [{ destination: { host: gateway, port: { number: 443 }, subset: "db-shop" } }],
        },
        {
          match: [{ gateways: ["shop/istio-egress"], port: 443 }],
          route: [{ destination: { host: "db.example.com", port: { number: 5432 } } }],
        },
      ],
    });
    const { subsets } = find(found, "DestinationRule", "shop").spec as {
      subsets: { name: string; trafficPolicy: { tls?: unknown } }[];
    };
    expect(subsets.map(({ name, trafficPolicy: { tls } }) => [name, tls])).to.deep.equal([
      ["db-shop", { mode: "ISTIO_MUTUAL", sni: "db.example.com" }],
      ["log-shop", { mode: "ISTIO_MUTUAL", sni: "log.example.com" }],
    ]);
    expect(find(found, "AuthorizationPolicy", "shop")).to.have.deep.nested.property("spec.rules", [
      {
        from: [{ source: { principals: ["cluster.local/ns/shop/sa/web"] } }],
        to: [{ operation: { ports: ["443"] } }],
        when: [{ key: "connection.sni", values: ["db.example.com"] }],
      },
      {
        from: [{ source: { principals: ["cluster.local/ns/shop/sa/api"] } }],
        to: [{ operation: { ports: ["443"] } }],
        when: [{ key: "connection.sni", values: ["log.example.com"] }],
      },
    ]);
  });

  it("finds the objects of a host in its own namespace, as do the namespaces of the callers, and no other does", () => {
    const exported = (kind: string, name: string): unknown =>
      (find(objects, kind, name).spec as { exportTo?: unknown }).exportTo;
    for (const kind of ["ServiceEntry", "DestinationRule", "VirtualService"]) {
      expect(exported(kind, "mail"), kind).to.deep.equal([".", "backend", "istio-egress"]);
      expect(exported(kind, "bank"), kind).to.deep.equal([".", "istio-egress"]);
    }
    for (const kind of ["ServiceEntry", "DestinationRule"]) {
      expect(exported(kind, "direct"), kind).to.deep.equal(["."]);
    }
  });

  it("is known to those who leave through it", () => {
    expect(find(objects, "Sidecar", "api")).to.have.deep.nested.property("spec.egress", [
      { hosts: [`istio-egress/${gateway}`, "shop/mail.example.com"] },
    ]);
  });

  it("is not there where nothing leaves through it", () => {
    const { namespaces, kinds } = render({
      name: "shop",
      services: { web: { ports: { http }, calls: { bank: {} } } },
      externalServices: {
        bank: { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } },
      },
    }).reduce<{ namespaces: string[]; kinds: string[] }>(
      (all, { kind, metadata: { namespace = "" } }) => ({
        namespaces: [...all.namespaces, namespace],
        kinds: [...all.kinds, kind],
      }),
      { namespaces: [], kinds: [] },
    );
    expect(namespaces).to.not.include("istio-egress");
    expect(kinds).to.not.include("Gateway");
  });

  it("lets out exactly the calls of the catalog, and only their callers know the host", () => {
    forAnyMesh((definition) => {
      const objects = rendered(definition);
      const policies = objects.filter(
        (object) => object.kind === "AuthorizationPolicy" && object.metadata.namespace === "istio-egress",
      );
      const rules = policies.flatMap(({ spec }) => (spec as { rules: unknown[] }).rules);
      expect(rules.map((rule) => JSON.stringify(rule)).sort()).to.deep.equal(leaving(definition).sort());
      for (const [name, { host }] of Object.entries(definition.externalServices ?? {})) {
        const knowing = objects.filter(
          (object) => object.kind === "Sidecar" && JSON.stringify(object.spec).includes(`/${host}"`),
        );
        const callers = Object.entries(definition.services).filter(([, { calls = {} }]) => calls[name]);
        expect(knowing.map((object) => object.metadata.name)).to.have.members(
          callers.map(([caller]) => caller),
        );
      }
    });
  });
});

/** What the egress gateway has to let through, from the catalog as it is written. */
function leaving(definition: MeshDefinition): string[] {
  const {
    name,
    namespace = name,
    trustDomain = "cluster.local",
    services,
    externalServices = {},
  } = definition;
  return Object.entries(externalServices).flatMap(([callee, { host, ports, egressGateway }]) => {
    if (!egressGateway) return [];
    const calls = Object.entries(services).flatMap(
      ([caller, { namespace: own = namespace, calls: list = {} }]) =>
        [list[callee] ?? []]
          .flat()
          .map((call) => ({ principal: `${trustDomain}/ns/${own}/sa/${caller}`, call })),
    );
    if (ports.https ?? ports.data) {
      return calls.map(({ principal }) =>
        JSON.stringify({
          from: [{ source: { principals: [principal] } }],
          to: [{ operation: { ports: ["443"] } }],
          when: [{ key: "connection.sni", values: [host] }],
        }),
      );
    }
    return calls.map(({ principal, call: { methods, paths } }) =>
      JSON.stringify({
        from: [{ source: { principals: [principal] } }],
        to: [
          {
            operation: {
              hosts: [host, `${host}:*`],
              ...(methods && { methods: [...methods].sort() }),
              ...(paths && { paths: [...paths].sort() }),
              ports: ["80"],
            },
          },
        ],
      }),
    );
  });
}
