import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { checkMesh } from "../../mesh";
import type { Manifest } from "../../mesh";
import { type PlatformName, platformNames, platforms } from "../../platforms";
import { problemsOf } from "../docs/compile";
import { differences } from "../docs/subset";
import { catalogWith, type Insertion, procedureOf } from "./procedure";
import { findIn, rendered } from "./rendered";

const root = join(__dirname, "..", "..");

/** The service that each platform's notes add, and where it is. */
const added: Record<PlatformName, { name: string; namespace: string }> = {
  alfred: { name: "agent-medical", namespace: "alfred-platform" },
  autolytiq: { name: "report-service", namespace: "autolytiq" },
  policycortex: { name: "report-api", namespace: "policycortex" },
  aikernel: { name: "embedding-api", namespace: "aikernel" },
  voicecore: { name: "report-service", namespace: "voicecore-ai" },
};

/** What else changes when it is there. */
const touched: Record<PlatformName, string[]> = {
  alfred: ["Sidecar agent-core"],
  autolytiq: ["Sidecar api-gateway"],
  policycortex: ["NetworkPolicy core-api", "Sidecar core-api", "VirtualService app.policycortex.example.com"],
  aikernel: ["NetworkPolicy api", "Sidecar api"],
  voicecore: ["Sidecar gateway"],
};

type Variant = (insertions: readonly Insertion[], name: string) => Insertion[];

const isCall = ({ place }: Insertion): boolean => place.endsWith(".calls");

const variants = {
  right: (insertions) => [...insertions],
  "without a caller": (insertions) =>
    insertions.filter((one) => !isCall(one) && !one.place.startsWith("gateways.")),
  misspelt: (insertions, name) =>
    insertions.map((one) => (isCall(one) ? { ...one, text: one.text.replace(name, `${name}s`) } : one)),
} as const satisfies Record<string, Variant>;

type VariantName = keyof typeof variants;

const named = (platform: string, variant: string): string => `${platform}-${variant.replaceAll(" ", "-")}.ts`;

describe("adding a service as a platform's notes say", () => {
  let folder: string;
  let problems: string[];
  before(function () {
    this.timeout(120_000);
    folder = mkdtempSync(join(root, "tests", "adding-"));
    const files = platformNames.flatMap((platform) =>
      Object.entries<Variant>(variants).map(([variant, change]) => {
        const file = join(folder, named(platform, variant));
        writeFileSync(file, catalogWith(platform, change(procedureOf(platform), added[platform].name)));
        return file;
      }),
    );
    problems = problemsOf(files);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const problemsIn = (platform: string, variant: VariantName): string[] =>
    problems.filter((one) => one.includes(named(platform, variant)));
  const catalogOf = (platform: string, variant: VariantName, options: object = {}): MeshDefinition => {
    const { catalog } = createRequire(__filename)(join(folder, named(platform, variant))) as {
      catalog: (options: object) => MeshDefinition;
    };
    return catalog(options);
  };

  for (const platform of platformNames) {
    const { name, namespace } = added[platform];
    describe(platform, () => {
      it("compiles, has no findings, and makes every object of the new service", () => {
        expect(problemsIn(platform, "right")).to.deep.equal([]);
        const objects = rendered(catalogOf(platform, "right"));
        const find = (kind: string, one = name): Manifest => findIn(objects, kind, one, namespace);
        for (const { kind, name: own, ...expected } of expectedOf[platform]) {
          expect(differences(expected, find(kind, own)), `${kind} ${own ?? name}`).to.deep.equal([]);
        }
      });

      it("changes nothing else but what its callers know, and who is let through to it", () => {
        const own = ({ metadata }: Manifest): boolean =>
          metadata.name === name || metadata.name.startsWith(`${name}-`);
        const before = new Set(
          rendered(platforms[platform].catalog("prod", {})).map((one) => JSON.stringify(one)),
        );
        const changed = rendered(catalogOf(platform, "right")).filter(
          (one) => !own(one) && !before.has(JSON.stringify(one)),
        );
        expect(changed.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).to.deep.equal(
          touched[platform],
        );
      });

      it("reports a service without callers", () => {
        const { findings } = checkMesh(catalogOf(platform, "without a caller"));
        expect(findings.map(({ code, path }) => `${code} ${path}`)).to.include(`MW111 services.${name}`);
      });

      it("doesn't compile when a caller's name for it is misspelt", () => {
        const [problem = "", ...others] = problemsIn(platform, "misspelt");
        expect(problem.replaceAll('\\"', '"')).to.include(`there is no service "${name}s" in this catalog`);
        expect(others).to.deep.equal([]);
      });
    });
  }

  it("sends Autolytiq's requests with x-canary to the canary as soon as that runs, as in step 6", () => {
    const objects = rendered(catalogOf("autolytiq", "right", { canary: { "report-service": 0 } }));
    const { spec } = findIn(objects, "VirtualService", "report-service", "autolytiq");
    const byHeader = (headers: object): object[] => autolytiqRoutes({ headers }, "canary");
    expect(
      differences(
        [
          ...byHeader({ "x-canary": { exact: "true" } }),
          ...byHeader({ "x-user-group": { exact: "beta" } }),
          ...autolytiqRoutes(undefined, "stable"),
        ],
        (spec as { http: unknown }).http,
      ),
    ).to.deep.equal([]);
    const canary = findIn(objects, "Deployment", "report-service-canary", "autolytiq");
    expect(canary.spec).to.include({ replicas: 1 });
  });
});

/** An object of the new service or, where it has a name, of another one; with what must be in it. */
type Expected = { readonly kind: string; readonly name?: string } & Readonly<Record<string, unknown>>;

const hostOf = (platform: PlatformName): string =>
  `${added[platform].name}.${added[platform].namespace}.svc.cluster.local`;

const allows = (account: string, operation: object, when?: object[]): object => ({
  from: [{ source: { principals: [`cluster.local/ns/${account.replace("/", "/sa/")}`] } }],
  to: [{ operation }],
  ...(when && { when }),
});

const destination = (platform: PlatformName, port: number, subset?: string): object => ({
  destination: { host: hostOf(platform), port: { number: port }, ...(subset && { subset }) },
});

const autolytiqRetries = {
  attempts: 3,
  perTryTimeout: "7500ms",
  retryOn: "gateway-error,connect-failure,refused-stream",
};
const onlyBefore = { attempts: 3, retryOn: "connect-failure,refused-stream" };

/** What every proxy of these platforms knows. */
const spans = "monitoring/jaeger.monitoring.svc.cluster.local";

const podOf = (name: string, port: number): Expected => ({
  kind: "Deployment",
  spec: {
    template: {
      metadata: { labels: { app: name } },
      spec: {
        serviceAccountName: name,
        containers: [{ name, ports: [{ name: "http", containerPort: port }] }],
      },
    },
  },
});

const peerOf = (namespace: string, pods: object): object => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
  podSelector: { matchLabels: pods },
});

/** A route of Autolytiq's, in two: what may be repeated, and what may not. */
const autolytiqRoutes = (match: object | undefined, subset: string): object[] =>
  [{ method: { regex: "POST|PATCH" } }, undefined].map((method) => ({
    ...((match ?? method) && { match: [{ ...match, ...method }] }),
    route: [{ ...destination("autolytiq", 8089, subset), weight: 100 }],
    timeout: "30s",
    retries: method ? onlyBefore : autolytiqRetries,
  }));

const autolytiqPod = {
  labels: { app: "report-service", tier: "backend", version: "stable" },
  annotations: {
    "sidecar.istio.io/proxyCPU": "50m",
    "sidecar.istio.io/proxyCPULimit": "300m",
    "sidecar.istio.io/proxyMemory": "64Mi",
    "sidecar.istio.io/proxyMemoryLimit": "128Mi",
    "prometheus.io/scrape": "true",
    "prometheus.io/port": "8089",
    "prometheus.io/path": "/metrics",
  },
};

const expectedOf: Record<PlatformName, readonly Expected[]> = {
  // The document's steps 1 to 6, in their order.
  autolytiq: [
    {
      kind: "Deployment",
      name: "report-service-stable",
      metadata: { labels: autolytiqPod.labels },
      spec: {
        template: {
          metadata: autolytiqPod,
          spec: {
            containers: [{ name: "report-service", ports: [{ name: "http", containerPort: 8089 }] }],
          },
        },
      },
    },
    { kind: "Deployment", name: "report-service-canary", spec: { replicas: 0 } },
    {
      kind: "Service",
      spec: {
        selector: { app: "report-service" },
        ports: [{ name: "http", port: 8089, targetPort: 8089, protocol: "TCP", appProtocol: "http" }],
      },
    },
    {
      kind: "PeerAuthentication",
      spec: {
        selector: { matchLabels: { app: "report-service" } },
        mtls: { mode: "STRICT" },
        portLevelMtls: { 8089: { mode: "STRICT" } },
      },
    },
    {
      kind: "AuthorizationPolicy",
      spec: {
        selector: { matchLabels: { app: "report-service" } },
        action: "ALLOW",
        rules: [
          allows("autolytiq/api-gateway", { ports: ["8089"], methods: ["DELETE", "GET", "POST", "PUT"] }),
          allows("monitoring/mesh-prometheus", { ports: ["8089"], methods: ["GET"], paths: ["/metrics"] }),
        ],
      },
    },
    {
      kind: "DestinationRule",
      spec: {
        host: hostOf("autolytiq"),
        trafficPolicy: {
          tls: { mode: "ISTIO_MUTUAL" },
          connectionPool: {
            tcp: { maxConnections: 100, connectTimeout: "10s" },
            http: { http1MaxPendingRequests: 100, http2MaxRequests: 1000, maxRetries: 3 },
          },
          outlierDetection: {
            consecutive5xxErrors: 5,
            interval: "10s",
            baseEjectionTime: "30s",
            maxEjectionPercent: 50,
          },
        },
        subsets: [
          { name: "canary", labels: { version: "canary" } },
          { name: "stable", labels: { version: "stable" } },
        ],
      },
    },
    {
      kind: "VirtualService",
      spec: { hosts: [hostOf("autolytiq")], http: autolytiqRoutes(undefined, "stable") },
    },
    { kind: "Sidecar", spec: { egress: [{ hosts: [spans] }] } },
  ],
  alfred: [
    podOf("agent-medical", 9004),
    { kind: "ServiceAccount" },
    {
      kind: "AuthorizationPolicy",
      spec: { rules: [allows("alfred-platform/agent-core", { ports: ["9004"], methods: ["GET", "POST"] })] },
    },
    {
      kind: "DestinationRule",
      spec: {
        trafficPolicy: {
          connectionPool: {
            tcp: { maxConnections: 50, connectTimeout: "5s" },
            http: {
              http1MaxPendingRequests: 500,
              maxRequestsPerConnection: 10,
              maxRetries: 3,
              idleTimeout: "1h",
            },
          },
          loadBalancer: {
            simple: "ROUND_ROBIN",
            localityLbSetting: { enabled: true, failover: [{ from: "us-west", to: "us-east" }] },
          },
          outlierDetection: { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" },
        },
      },
    },
    {
      kind: "VirtualService",
      spec: {
        http: [
          {
            match: [
              {
                sourceLabels: { app: "agent-core" },
                sourceNamespace: "alfred-platform",
                method: { regex: "POST|PATCH" },
              },
            ],
            timeout: "10s",
          },
          {
            match: [{ sourceLabels: { app: "agent-core" }, sourceNamespace: "alfred-platform" }],
            timeout: "10s",
          },
          {
            match: [{ method: { regex: "POST|PATCH" } }],
            retries: { attempts: 2, retryOn: "connect-failure" },
          },
          {
            timeout: "20s",
            retries: { attempts: 2, perTryTimeout: "1s", retryOn: "gateway-error,connect-failure" },
          },
        ],
      },
    },
  ],
  policycortex: [
    podOf("report-api", 8090),
    {
      kind: "AuthorizationPolicy",
      spec: {
        rules: [
          allows("istio-ingress/istio-ingress", { ports: ["8090"], methods: ["GET"] }, [
            { key: "request.auth.claims[iss]", values: ["https://auth.policycortex.example.com"] },
          ]),
          allows("policycortex/core-api", { ports: ["8090"], methods: ["GET"] }),
        ],
      },
    },
    {
      kind: "DestinationRule",
      spec: {
        trafficPolicy: {
          retryBudget: { percent: 20, minRetryConcurrency: 3 },
          outlierDetection: {
            consecutive5xxErrors: 5,
            interval: "30s",
            baseEjectionTime: "30s",
            maxEjectionPercent: 50,
          },
        },
      },
    },
    {
      kind: "VirtualService",
      spec: {
        http: [
          { match: [{ method: { regex: "POST|PATCH" } }], timeout: "10s" },
          { timeout: "10s", retries: { attempts: 3, backoff: "100ms" } },
        ],
      },
    },
    {
      kind: "NetworkPolicy",
      spec: {
        podSelector: { matchLabels: { app: "report-api" } },
        ingress: [
          { from: [peerOf("istio-ingress", { istio: "ingress" })], ports: [{ protocol: "TCP", port: 8090 }] },
          { from: [peerOf("policycortex", { app: "core-api" })], ports: [{ protocol: "TCP", port: 8090 }] },
        ],
      },
    },
  ],
  aikernel: [
    podOf("embedding-api", 8080),
    {
      kind: "Service",
      spec: {
        selector: { app: "embedding-api" },
        ports: [{ name: "http", port: 80, targetPort: 8080, protocol: "TCP", appProtocol: "http" }],
      },
    },
    {
      kind: "AuthorizationPolicy",
      spec: { rules: [allows("aikernel/api", { ports: ["8080"], methods: ["POST"], paths: ["/v1/*"] })] },
    },
    {
      kind: "DestinationRule",
      spec: {
        trafficPolicy: {
          connectionPool: {
            tcp: { maxConnections: 100, connectTimeout: "5s" },
            http: { http1MaxPendingRequests: 100, http2MaxRequests: 1000 },
          },
          outlierDetection: { consecutive5xxErrors: 5, interval: "30s", baseEjectionTime: "30s" },
        },
      },
    },
    {
      kind: "NetworkPolicy",
      spec: {
        podSelector: { matchLabels: { app: "embedding-api" } },
        ingress: [{ from: [peerOf("aikernel", { app: "api" })], ports: [{ protocol: "TCP", port: 8080 }] }],
      },
    },
  ],
  voicecore: [
    podOf("report-service", 8080),
    {
      kind: "AuthorizationPolicy",
      spec: { rules: [allows("voicecore-ai/gateway", { ports: ["8080"], methods: ["GET"] })] },
    },
    {
      kind: "DestinationRule",
      spec: {
        trafficPolicy: {
          connectionPool: {
            tcp: { maxConnections: 200 },
            http: { http1MaxPendingRequests: 100, http2MaxRequests: 200 },
          },
          loadBalancer: { simple: "LEAST_REQUEST", localityLbSetting: { enabled: false } },
          outlierDetection: {
            consecutive5xxErrors: 5,
            interval: "30s",
            baseEjectionTime: "30s",
            maxEjectionPercent: 50,
          },
        },
      },
    },
    {
      kind: "VirtualService",
      spec: {
        http: [
          { match: [{ method: { regex: "POST|PATCH" } }], timeout: "30s" },
          {
            timeout: "30s",
            retries: {
              attempts: 3,
              perTryTimeout: "7500ms",
              retryOn: "5xx,reset,connect-failure,refused-stream",
            },
          },
        ],
      },
    },
  ],
};
