import { expect } from "chai";
import { checkMesh } from "../../mesh";
import type { Manifest } from "../../mesh";
import { type AutolytiqOptions, catalog } from "../../platforms/autolytiq/catalog";
import { platforms } from "../../platforms";
import { findIn, rendered } from "./rendered";

// The tables below are the platform's document, cell by cell; NOTES.md says why a cell is another one there.

const render = (options: AutolytiqOptions = {}): Manifest[] => rendered(catalog(options));

let objects: Manifest[];

function find(kind: string, name: string, namespace = "autolytiq", among = objects): Manifest {
  return findIn(among, kind, name, namespace);
}

interface Route {
  name: string;
  match?: object[];
  route: object[];
  mirror?: object;
  mirrorPercentage?: object;
  timeout: string;
  retries: object;
}

function routes(name: string, among = objects): Route[] {
  return (find("VirtualService", name, "autolytiq", among).spec as { http: Route[] }).http;
}

const services: [name: string, port: number][] = [
  ["api-gateway", 8080],
  ["auth-service", 8087],
  ["config-service", 8088],
  ["customer-service", 8083],
  ["deal-service", 8082],
  ["email-service", 8085],
  ["inventory-service", 8084],
  ["user-service", 8086],
];
const names = services.map(([name]) => name);

describe("autolytiq", () => {
  before(() => {
    objects = render();
  });

  it("has the document's eight services, each with an account, in its namespace", () => {
    for (const kind of ["ServiceAccount", "Service", "DestinationRule", "Sidecar"]) {
      const found = objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
      expect(found, kind).to.deep.equal(names);
    }
    const namespace = objects.find(({ kind }) => kind === "Namespace");
    expect(namespace?.metadata.name).to.equal("autolytiq");
    expect(namespace?.metadata.labels).to.include({ "istio-injection": "enabled" });
  });

  for (const [name, port] of services) {
    describe(name, () => {
      it("has its port, named and with its protocol", () => {
        expect(find("Service", name).spec).to.deep.equal({
          selector: { app: name },
          ports: [{ name: "http", port, targetPort: port, protocol: "TCP", appProtocol: "http" }],
        });
      });

      it("has the labels, the proxy's resources and the scraping of step 1", () => {
        for (const version of ["stable", "canary"]) {
          const labels = { app: name, tier: "backend", version };
          const deployment = find("Deployment", `${name}-${version}`);
          expect(deployment.metadata.labels).to.include(labels);
          expect((deployment.spec as { template: { metadata: object } }).template.metadata).to.deep.equal({
            labels,
            annotations: {
              "proxy.istio.io/config": "terminationDrainDuration: 30s",
              "sidecar.istio.io/proxyCPU": "50m",
              "sidecar.istio.io/proxyCPULimit": "300m",
              "sidecar.istio.io/proxyMemory": "64Mi",
              "sidecar.istio.io/proxyMemoryLimit": "128Mi",
              "prometheus.io/scrape": "true",
              "prometheus.io/port": String(port),
              "prometheus.io/path": "/metrics",
            },
          });
          expect(deployment).to.have.deep.nested.property("spec.template.spec.containers[0].ports", [
            { name: "http", containerPort: port },
          ]);
        }
      });

      it("gets traffic while it answers where the document asks for its health", () => {
        for (const version of ["stable", "canary"]) {
          expect(find("Deployment", `${name}-${version}`)).to.have.deep.nested.property(
            "spec.template.spec.containers[0].readinessProbe",
            {
              httpGet: { path: "/health", port },
              periodSeconds: 10,
              timeoutSeconds: 1,
              failureThreshold: 3,
            },
          );
        }
      });

      it("insists on mutual TLS by itself, on its port too, as in step 3", () => {
        expect(find("PeerAuthentication", name).spec).to.deep.equal({
          selector: { matchLabels: { app: name } },
          mtls: { mode: "STRICT" },
          portLevelMtls: { [port]: { mode: "STRICT" } },
        });
      });

      it("admits its caller with four methods, and monitoring to its metrics, as in step 4", () => {
        const caller =
          name === "api-gateway"
            ? "cluster.local/ns/istio-ingress/sa/istio-ingress"
            : "cluster.local/ns/autolytiq/sa/api-gateway";
        const { selector, action, rules } = find("AuthorizationPolicy", name).spec as {
          selector: object;
          action: string;
          rules: object[];
        };
        expect({ selector, action }).to.deep.equal({
          selector: { matchLabels: { app: name } },
          action: "ALLOW",
        });
        expect(rules).to.have.deep.members([
          {
            from: [{ source: { principals: [caller] } }],
            to: [{ operation: { ports: [String(port)], methods: ["DELETE", "GET", "POST", "PUT"] } }],
          },
          {
            from: [{ source: { principals: ["cluster.local/ns/monitoring/sa/mesh-prometheus"] } }],
            to: [{ operation: { ports: [String(port)], methods: ["GET"], paths: ["/metrics"] } }],
          },
        ]);
      });

      it("has the DestinationRule of step 5, with the later section's limits", () => {
        expect(find("DestinationRule", name).spec).to.deep.equal({
          host: `${name}.autolytiq.svc.cluster.local`,
          trafficPolicy: {
            tls: { mode: "ISTIO_MUTUAL" },
            connectionPool: {
              tcp: { maxConnections: 100, connectTimeout: "10s" },
              http: {
                http1MaxPendingRequests: 100,
                http2MaxRequests: 1000,
                maxRequestsPerConnection: 100,
                maxRetries: 3,
              },
            },
            loadBalancer: { simple: "LEAST_REQUEST", localityLbSetting: { enabled: false } },
            outlierDetection: {
              consecutive5xxErrors: 5,
              consecutiveGatewayErrors: 3,
              interval: "10s",
              baseEjectionTime: "30s",
              maxEjectionPercent: 50,
              minHealthPercent: 30,
            },
          },
          subsets: [
            { name: "canary", labels: { version: "canary" } },
            { name: "stable", labels: { version: "stable" } },
          ],
        });
      });

      it("has the VirtualService of step 6: everything to stable, 30s, three retries that fit into them", () => {
        const host = `${name}.autolytiq.svc.cluster.local`;
        const route = [{ destination: { host, port: { number: port }, subset: "stable" }, weight: 100 }];
        expect(find("VirtualService", name).spec).to.deep.equal({
          hosts: [host],
          http: [
            {
              name: "http POST|PATCH",
              match: [{ method: { regex: "POST|PATCH" } }],
              route,
              timeout: "30s",
              retries: { attempts: 3, retryOn: "connect-failure,refused-stream" },
            },
            {
              name: "http",
              route,
              timeout: "30s",
              retries: {
                attempts: 3,
                perTryTimeout: "7500ms",
                retryOn: "gateway-error,connect-failure,refused-stream",
              },
            },
          ],
        });
      });
    });
  }

  it("is STRICT in the document's namespace", () => {
    expect(find("PeerAuthentication", "default", "autolytiq").spec).to.deep.equal({
      mtls: { mode: "STRICT" },
    });
  });

  it("denies what nothing allows", () => {
    expect(find("AuthorizationPolicy", "default-deny").spec).to.deep.equal({});
  });

  it("takes requests below /api from outside to api-gateway, over TLS", () => {
    expect(find("Gateway", "autolytiq-gateway").spec).to.deep.equal({
      selector: { istio: "ingress" },
      servers: [
        {
          port: { number: 80, name: "http", protocol: "HTTP" },
          hosts: ["api.autolytiq.com"],
          tls: { httpsRedirect: true },
        },
        {
          port: { number: 443, name: "https-autolytiq-cert-tlsv1-2", protocol: "HTTPS" },
          hosts: ["api.autolytiq.com"],
          tls: { mode: "SIMPLE", credentialName: "autolytiq-cert", minProtocolVersion: "TLSV1_2" },
        },
      ],
    });
    expect(routes("api.autolytiq.com").at(-1)).to.deep.include({
      match: [{ uri: { exact: "/api" } }, { uri: { prefix: "/api/" } }],
      timeout: "30s",
    });
  });

  describe("canary", () => {
    const destination = (subset: string): object => ({
      host: "deal-service.autolytiq.svc.cluster.local",
      port: { number: 8082 },
      subset,
    });

    for (const [weight, split] of [
      [10, { canary: 10, stable: 90 }],
      [25, { canary: 25, stable: 75 }],
      [50, { canary: 50, stable: 50 }],
      [100, { canary: 100 }],
    ] as const) {
      it(`gets ${weight} of 100 requests, and those that ask for it by either header`, () => {
        const found = render({ canary: { "deal-service": weight } });
        const divided = Object.entries(split).map(([subset, share]) => ({
          destination: destination(subset),
          weight: share,
        }));
        const chosen = [{ destination: destination("canary"), weight: 100 }];
        const method = { regex: "POST|PATCH" };
        const asking = { headers: { "x-canary": { exact: "true" } } };
        const beta = { headers: { "x-user-group": { exact: "beta" } } };
        expect(
          routes("deal-service", found).map(({ match, route, timeout }) => [match, route, timeout]),
        ).to.deep.equal([
          [[{ ...asking, method }], chosen, "30s"],
          [[asking], chosen, "30s"],
          [[{ ...beta, method }], chosen, "30s"],
          [[beta], chosen, "30s"],
          [[{ method }], divided, "30s"],
          [undefined, divided, "30s"],
        ]);
        expect(routes("user-service", found)).to.deep.equal(routes("user-service"));
      });
    }

    it("of api-gateway is reached from outside, by weight and by header", () => {
      const found = render({ canary: { "api-gateway": 10 } });
      expect(routes("api.autolytiq.com", found).map(({ name }) => name)).to.deep.equal([
        "/api x-canary=true POST|PATCH",
        "/api x-canary=true",
        "/api x-user-group=beta POST|PATCH",
        "/api x-user-group=beta",
        "/api POST|PATCH",
        "/api",
      ]);
      const main = routes("api.autolytiq.com", found).at(-1)?.route as { weight: number }[];
      expect(main.map(({ weight }) => weight)).to.deep.equal([10, 90]);
    });

    it("is another image", () => {
      const image = "spec.template.spec.containers[0].image";
      const registry = "registry.autolytiq.com";
      expect(find("Deployment", "deal-service-stable")).to.have.nested.property(
        image,
        `${registry}/deal-service:v1`,
      );
      expect(find("Deployment", "deal-service-canary")).to.have.nested.property(
        image,
        `${registry}/deal-service:v2`,
      );
    });

    it("runs one pod where it is wanted, and none elsewhere", () => {
      const found = render({ canary: { "deal-service": 0 }, mirror: { "user-service": 10 } });
      const pods = (among: Manifest[]): unknown[] =>
        among
          .filter(({ kind, metadata }) => kind === "Deployment" && metadata.name.endsWith("-canary"))
          .filter(({ spec }) => (spec as { replicas: number }).replicas > 0)
          .map(({ metadata, spec }) => [metadata.name, (spec as { replicas: number }).replicas]);
      expect(pods(found)).to.deep.equal([
        ["deal-service-canary", 1],
        ["user-service-canary", 1],
      ]);
      expect(pods(objects)).to.deep.equal([]);
    });

    it("gets copies of 10 of 100 requests where they are mirrored, but not of those that it gets anyway", () => {
      const found = routes("deal-service", render({ mirror: { "deal-service": 10 } }));
      expect(
        found.map(({ name, mirror, mirrorPercentage }) => [name, mirror, mirrorPercentage]),
      ).to.deep.equal([
        ["http x-canary=true POST|PATCH", undefined, undefined],
        ["http x-canary=true", undefined, undefined],
        ["http x-user-group=beta POST|PATCH", undefined, undefined],
        ["http x-user-group=beta", undefined, undefined],
        ["http POST|PATCH", destination("canary"), { value: 10 }],
        ["http", destination("canary"), { value: 10 }],
      ]);
    });

    it("can't have a share and copies at once", () => {
      const both = catalog({ canary: { "deal-service": 10 }, mirror: { "deal-service": 10 } });
      expect(checkMesh(both).findings.map(({ code, path }) => [code, path])).to.deep.equal([
        ["MW206", "services.deal-service.traffic.mirror.version"],
      ]);
    });
  });

  it("accepts plaintext on both of its levels in an emergency, with a reason, and not mesh-wide", () => {
    const found = render({ permissive: true });
    const permissive = found
      .filter((object) => JSON.stringify(object.spec ?? {}).includes("PERMISSIVE"))
      .map(({ kind, metadata: { namespace, name } }) => [kind, namespace, name]);
    expect(permissive).to.deep.equal([
      ...names.slice(0, 5).map((name) => ["PeerAuthentication", "autolytiq", name]),
      ["PeerAuthentication", "autolytiq", "default"],
      ...names.slice(5).map((name) => ["PeerAuthentication", "autolytiq", name]),
    ]);
    expect(find("PeerAuthentication", "deal-service", "autolytiq", found).spec).to.deep.include({
      mtls: { mode: "PERMISSIVE" },
      portLevelMtls: { 8082: { mode: "PERMISSIVE" } },
    });
    const { suppressions = [], ...rest } = catalog({ permissive: true });
    const plain = ({ code }: { code: string }): boolean => code === "MW303";
    expect(suppressions.filter(plain)).to.have.lengthOf(1);
    expect(checkMesh(rest).findings.filter(plain)).to.have.lengthOf(16);
    expect(catalog().suppressions?.filter(plain)).to.deep.equal([]);
  });

  it("accepts that requests are retried at api-gateway and behind it, and nothing else", () => {
    const rest = { ...catalog(), suppressions: [] };
    expect(checkMesh(rest).findings.map(({ code, message }) => `${code} ${message}`)).to.deep.equal(
      names
        .filter((name) => name !== "api-gateway")
        .map(
          (name) =>
            `MW404 autolytiq-gateway → api-gateway → ${name}: (1+3) × (1+3) = 16 requests at ${name} for one at autolytiq-gateway`,
        ),
    );
  });

  it("runs three pods of each service and samples 1 % in production; one and all elsewhere", () => {
    const pods = (among: Manifest[]): unknown[] =>
      names.map(
        (name) =>
          (find("Deployment", `${name}-stable`, "autolytiq", among).spec as { replicas: number }).replicas,
      );
    const sampling = "spec.tracing[0].randomSamplingPercentage";
    const dev = render({ environment: "dev" });
    expect(pods(objects)).to.deep.equal(names.map(() => 3));
    expect(pods(dev)).to.deep.equal(names.map(() => 1));
    expect(find("Telemetry", "default")).to.have.nested.property(sampling, 1);
    expect(find("Telemetry", "default", "autolytiq", dev)).to.have.nested.property(sampling, 100);
  });

  it("takes its options from a stack, and refuses what isn't one", () => {
    const { options } = platforms.autolytiq;
    const chosen = { canary: { "deal-service": 10 }, mirror: { "user-service": 5 }, permissive: true };
    expect(options.safeParse(chosen)).to.deep.include({ success: true, data: chosen });
    expect(options.safeParse({})).to.deep.include({ success: true, data: {} });
    for (const wrong of [{ canary: { "deals-service": 10 } }, { mirror: { "user-service": 101 } }]) {
      expect(options.safeParse(wrong).success, JSON.stringify(wrong)).to.equal(false);
    }
    expect(platforms.autolytiq.catalog("dev", { host: "api.example.com" })).to.deep.equal(
      catalog({ environment: "dev", host: "api.example.com" }),
    );
  });
});
