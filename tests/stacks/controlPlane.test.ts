import { expect } from "chai";
import type { Telemetry } from "../../catalog";
import { controlPlaneArgs } from "../../stacks/controlPlane";
import { statsMatchers } from "../../observability";
import { meshConfig } from "../../stacks/meshConfig";
import { readSettings, type Settings } from "../../stacks/settings";

const settings = readSettings({ get: (key) => ({ platform: "alfred" })[key] });

describe("stacks/controlPlane", () => {
  it("installs one of each in dev, from Istio's repository", () => {
    const args = controlPlaneArgs(settings, ["istio-ingress"], { enableAutoMtls: true });
    expect(args).to.include({
      version: "1.31.0",
      repository: "https://istio-release.storage.googleapis.com/charts",
      timeoutSeconds: 300,
    });
    expect(args).to.not.have.property("revision");
    expect(args.istiod).to.deep.equal({
      autoscaleMin: 1,
      autoscaleMax: 1,
      env: { BLOCKED_CIDRS_IN_JWKS_URIS: "127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10" },
      meshConfig: { enableAutoMtls: true },
      global: { hub: "registry.istio.io/release", logAsJson: true },
    });
    expect(args.gateways).to.deep.equal([
      {
        name: "istio-ingress",
        values: {
          autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 1 },
          service: { type: "LoadBalancer" },
        },
      },
      {
        name: "istio-egress",
        values: {
          autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 1 },
          service: { type: "ClusterIP" },
        },
      },
    ]);
  });

  it("serves the catalog's namespaces by a tag where they don't carry its revision", () => {
    const tags = (revision: string | undefined, carried: string | undefined) =>
      controlPlaneArgs({ ...settings, revision }, ["istio-ingress"], {}, carried).revisionTags;
    expect(tags(undefined, undefined)).to.equal(undefined);
    expect(tags("1-31-0", "1-31-0")).to.equal(undefined);
    expect(tags("1-31-0", undefined)).to.deep.equal(["default"]);
    expect(tags("1-31-0", "stable")).to.deep.equal(["stable"]);
    expect(tags(undefined, "stable")).to.deep.equal(["stable"]);
  });

  it("has a second istiod during an upgrade, where the stack says so", () => {
    const canary = { istioVersion: "1.32.0", revision: "1-32-0" };
    expect(controlPlaneArgs({ ...settings, canary }, [], {}).canary).to.deep.equal({
      version: "1.32.0",
      revision: "1-32-0",
    });
  });

  it("is built in staging as in prod", () => {
    const of = (environment: Settings["environment"]) =>
      controlPlaneArgs({ ...settings, environment }, ["istio-ingress"], {});
    expect(of("staging")).to.deep.equal(of("prod"));
    expect(of("staging")).to.not.deep.equal(of("dev"));
  });

  it("is highly available in prod: three replicas apart from each other, and disruption budgets", () => {
    const { istiod, gateways } = controlPlaneArgs(
      { ...settings, environment: "prod" },
      ["istio-ingress"],
      {},
    );
    const apart = (app: string) => ({
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          {
            weight: 100,
            podAffinityTerm: {
              topologyKey: "kubernetes.io/hostname",
              labelSelector: { matchLabels: { app } },
            },
          },
        ],
      },
    });
    expect(istiod).to.deep.include({ autoscaleMin: 3, autoscaleMax: 5, affinity: apart("istiod") });
    expect(gateways).to.have.length(2);
    for (const { name, values } of gateways ?? []) {
      expect(values).to.deep.include({
        autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 5 },
        podDisruptionBudget: { minAvailable: 1 },
        affinity: apart(name),
      });
    }
  });

  it("tells both charts where webhooks outside the cluster listen", () => {
    const webhooks = {
      validationURL: "https://localhost:1/validate",
      injectionURL: "https://localhost:1/inject",
    };
    const { base, istiod } = controlPlaneArgs({ ...settings, webhooks }, [], {});
    expect(base).to.deep.equal({ base: { validationURL: webhooks.validationURL } });
    expect(istiod).to.deep.include({
      base: { validationURL: webhooks.validationURL },
      istiodRemote: { injectionURL: webhooks.injectionURL },
    });
  });
});

describe("stacks/meshConfig", () => {
  // https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators
  const operators = new Set([
    "PROTOCOL",
    "RESP",
    "UPSTREAM_CLUSTER",
    "ROUTE_NAME",
    "RESPONSE_CODE",
    "RESPONSE_CODE_DETAILS",
    "RESPONSE_FLAGS",
    "BYTES_RECEIVED",
    "BYTES_SENT",
    "DURATION",
    "REQ",
    "START_TIME",
    "DOWNSTREAM_PEER_URI_SAN",
    "FILTER_STATE",
    "DOWNSTREAM_REMOTE_ADDRESS",
    "DOWNSTREAM_LOCAL_ADDRESS",
    "DOWNSTREAM_LOCAL_URI_SAN",
    "DOWNSTREAM_TLS_VERSION",
    "CONNECTION_TERMINATION_DETAILS",
  ]);
  const expectKnown = (format: Record<string, string>): void => {
    for (const [field, value] of Object.entries(format)) {
      const operator = /^%([A-Z_]+)(\([^%]*\))?%$/.exec(value)?.[1];
      expect(operators.has(operator ?? ""), `${field}: ${value}`).to.equal(true);
    }
  };

  const configOf = (telemetry: Telemetry = {}) => meshConfig({ telemetry, trustDomain: "example.org" });

  it("has applications wait for their proxies, and proxies keep the statistics that alerts need", () => {
    expect(configOf().defaultConfig).to.deep.equal({
      holdApplicationUntilProxyStarts: true,
      proxyStatsMatcher: { inclusionRegexps: [...statsMatchers] },
    });
  });

  it("logs JSON with operators that Envoy knows, the correlation ids among them", () => {
    const { accessLogEncoding, accessLogFormat } = configOf();
    expect(accessLogEncoding).to.equal("JSON");
    const format = JSON.parse(accessLogFormat as string) as Record<string, string>;
    expectKnown(format);
    expect(format).to.include({
      request_id: "%REQ(X-REQUEST-ID)%",
      traceparent: "%REQ(TRACEPARENT)%",
      source_identity: "%DOWNSTREAM_PEER_URI_SAN%",
      upstream_service_time: "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
    });
  });

  it("declares the tracing provider that the catalog names, and none otherwise", () => {
    const service = "jaeger.monitoring.svc.cluster.local";
    const tracing = { provider: "jaeger", service, randomSamplingPercentage: 1 } as const;
    expect(configOf({ tracing }).extensionProviders).to.deep.equal([
      { name: "jaeger", opentelemetry: { service, port: 4317 } },
    ]);
    expect(configOf()).to.not.have.property("extensionProviders");
  });

  it("declares a log for auditors, which tells who asked whom for what, and the verdict", () => {
    const { extensionProviders } = configOf({ auditLogging: { provider: "audit" } }) as {
      extensionProviders: {
        name: string;
        envoyFileAccessLog: { path: string; logFormat: { labels: Record<string, string> } };
      }[];
    };
    expect(extensionProviders.map(({ name }) => name)).to.deep.equal(["audit"]);
    const { path, logFormat } = extensionProviders[0]?.envoyFileAccessLog ?? {};
    expect(path).to.equal("/dev/stdout");
    const { log, ...format } = logFormat?.labels ?? {};
    expect(log).to.equal("audit");
    expectKnown(format);
    expect(format).to.include({
      source_identity: "%DOWNSTREAM_PEER_URI_SAN%",
      destination_identity: "%DOWNSTREAM_LOCAL_URI_SAN%",
      response_code_details: "%RESPONSE_CODE_DETAILS%",
      request_id: "%REQ(X-REQUEST-ID)%",
    });
    expect(configOf({ auditLogging: { provider: "envoy" } })).to.not.have.property("extensionProviders");
  });

  it("keeps automatic mTLS on, paths from dodging authorization, and calls to undeclared hosts inside", () => {
    expect(configOf()).to.deep.include({
      enableAutoMtls: true,
      outboundTrafficPolicy: { mode: "REGISTRY_ONLY" },
      pathNormalization: { normalization: "MERGE_SLASHES" },
    });
  });

  it("issues identities of the trust domain that the catalog's policies name", () => {
    expect(configOf()).to.include({ trustDomain: "example.org" });
  });
});
