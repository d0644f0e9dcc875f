import { expect } from "chai";
import { facts } from "../../policy-pack/facts";
import { controlPlaneArgs } from "../../program/controlPlane";
import { readSettings, type Settings } from "../../program/settings";
import { platformList } from "../../platforms";

const settings = readSettings(platformList, { get: (key) => ({ platform: "policycortex" })[key] });

describe("program/controlPlane", () => {
  it("installs one of each in dev, from Istio's repository", () => {
    const args = controlPlaneArgs(settings, [{ name: "istio-ingress" }], {
      env: { MAX_WORKLOAD_CERT_TTL: "24h" },
      meshConfig: { enableAutoMtls: true },
    });
    expect(args).to.include({
      version: facts.istio.version,
      repository: facts.istio.charts.repository,
      timeoutSeconds: 300,
    });
    expect(args).to.not.have.property("revision");
    expect(args.istiod).to.deep.equal({
      autoscaleMin: 1,
      autoscaleMax: 1,
      env: {
        BLOCKED_CIDRS_IN_JWKS_URIS: "127.0.0.0/8,168.63.129.16/32,169.254.0.0/16,::1/128,fe80::/10",
        MAX_WORKLOAD_CERT_TTL: "24h",
      },
      meshConfig: { enableAutoMtls: true },
      global: { hub: facts.istio.images.hub, logAsJson: true },
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
      controlPlaneArgs({ ...settings, revision }, [{ name: "istio-ingress" }], {}, carried).revisionTags;
    expect(tags(undefined, undefined)).to.equal(undefined);
    expect(tags("1-31-0", "1-31-0")).to.equal(undefined);
    expect(tags("1-31-0", undefined)).to.deep.equal(["default"]);
    expect(tags("1-31-0", "stable")).to.deep.equal(["stable"]);
    expect(tags(undefined, "stable")).to.deep.equal(["stable"]);
  });

  it("has a second istiod during an upgrade, where the stack says so", () => {
    const canary = { istioVersion: "1.32.0", revision: "1-32-0" } as const;
    expect(controlPlaneArgs({ ...settings, canary }, [], {}).canary).to.deep.equal({
      version: "1.32.0",
      revision: "1-32-0",
    });
  });

  it("is built in staging as in prod", () => {
    const of = (environment: Settings["environment"]) =>
      controlPlaneArgs({ ...settings, environment }, [{ name: "istio-ingress" }], {});
    expect(of("staging")).to.deep.equal(of("prod"));
    expect(of("staging")).to.not.deep.equal(of("dev"));
  });

  it("is highly available in prod: three replicas apart from each other, and disruption budgets", () => {
    const { istiod, gateways } = controlPlaneArgs(
      { ...settings, environment: "prod" },
      [{ name: "istio-ingress" }],
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

  it("merges what the cluster needs over the platform's, into the charts that read it", () => {
    const cluster = {
      platform: "openshift",
      cni: { namespace: "kube-system" },
      imagePullSecrets: ["registry"],
      nodeSelector: { pool: "mesh" },
      tolerations: [{ key: "mesh", operator: "Exists" }],
      ingress: {
        service: { annotations: { team: "edge" }, externalTrafficPolicy: "Local" },
        numTrustedProxies: 1,
        proxyProtocol: true,
      },
      installBase: false,
      values: { istiod: { traceSampling: 1 } },
    };
    const controlPlane = () => ({
      ingress: { service: { type: "NodePort", annotations: { owner: "platform" } } },
      cluster: { nodeSelector: { pool: "any", zone: "a" }, imagePullSecrets: ["other"] },
    });
    const args = controlPlaneArgs(
      { ...settings, cluster, platform: { ...settings.platform, controlPlane } },
      [{ name: "istio-ingress" }],
      {},
    );
    const nodes = { nodeSelector: { pool: "mesh", zone: "a" }, tolerations: cluster.tolerations };
    expect(args).to.deep.include({
      platform: "openshift",
      cni: { namespace: "kube-system" },
      imagePullSecrets: ["registry"],
      installBase: false,
      values: { istiod: { traceSampling: 1 } },
    });
    expect(args.istiod).to.deep.include(nodes);
    const autoscaling = { enabled: true, minReplicas: 1, maxReplicas: 1 };
    expect(args.gateways).to.deep.equal([
      {
        name: "istio-ingress",
        values: {
          autoscaling,
          ...nodes,
          service: {
            type: "NodePort",
            annotations: { owner: "platform", team: "edge" },
            externalTrafficPolicy: "Local",
          },
        },
        numTrustedProxies: 1,
        proxyProtocol: true,
      },
      { name: "istio-egress", values: { autoscaling, ...nodes, service: { type: "ClusterIP" } } },
    ]);
  });
});
