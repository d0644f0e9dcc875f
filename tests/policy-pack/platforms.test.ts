import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { textOf } from "../../policy-pack/policy";
import { messages as timeouts } from "../../policy-pack/policies/boundTimeouts";
import { messages as captureBypasses } from "../../policy-pack/policies/flagCaptureBypasses";
import { messages as weakerMtls } from "../../policy-pack/policies/forbidWeakerMtls";
import { messages as circuitBreakers } from "../../policy-pack/policies/requireCircuitBreakers";
import { messages as meshWideStrict } from "../../policy-pack/policies/requireMeshWideStrict";
import { messages as egress } from "../../policy-pack/policies/restrictEgress";
import { atDay } from "../../policy-pack/tests/clock";
import { platformNames, type PlatformName } from "../../platforms";
import type { Resource } from "../../policy-pack/tests/engine";
import { judge } from "./judge";
import { everythingWatched, onTop, preset, read, resourcesOf } from "./registered";

const EXCLUDED_PORTS = 'spec.template.metadata.annotations["traffic.sidecar.istio.io/excludeOutboundPorts"]';
const bypass = (version: string): string =>
  `flag-capture-bypasses: ${textOf(
    `Deployment alfred-platform/agent-core-${version}`,
    EXCLUDED_PORTS,
    captureBypasses.ports("443, 9092"),
  )}`;
const bypasses = ["v1", "v2"].map(bypass);
const allowedForAlfred = read("platforms", "alfred", "policy.prod.json");
const alfredInProd = onTop(preset("prod"), allowedForAlfred);

describe("policy-pack/platforms", () => {
  atDay("2026-11-26");
  const workloads: Record<PlatformName, number> = {
    alfred: 11,
    autolytiq: 16,
    policycortex: 6,
    aikernel: 4,
    voicecore: 9,
  };

  for (const platform of platformNames) {
    const count = workloads[platform];
    const coverage = `report-coverage: ${count} of ${count} workloads STRICT, 0 exemptions.`;

    it(`pass in dev: ${platform}`, async () => {
      expect(await judge(await resourcesOf(platform, "dev"), preset("dev"))).to.deep.equal({
        mandatory: [],
        advisory: [...(platform === "alfred" ? bypasses : []), coverage],
      });
    });

    for (const environment of ["staging", "prod"] as const) {
      it(`pass in ${environment}: ${platform}`, async () => {
        const own = platform === "alfred" ? allowedForAlfred : {};
        const configuration = onTop(preset(environment), own);
        expect(await judge(await resourcesOf(platform, environment), configuration)).to.deep.equal({
          mandatory: [],
          advisory: [coverage],
        });
      });
    }
  }

  it("pass with all observability options", async () => {
    const { mandatory } = await judge(await everythingWatched(), preset("prod"));
    expect(mandatory).to.deep.equal([]);
  });

  it("pass only with the platform's own settings if ports bypass the sidecar in prod", async () => {
    const { mandatory } = await judge(await resourcesOf("alfred", "prod"), preset("prod"));
    expect(mandatory).to.deep.equal(bypasses);
  });

  describe("with one setting weakened in prod", () => {
    const of = (name: string, patch: Record<string, unknown>): Record<string, Record<string, unknown>> => ({
      [`alfred-platform/${name}`]: patch,
    });
    const permissive = { spec: { mtls: { mode: "PERMISSIVE" } } };
    const connectionPool = { tcp: { maxConnections: 5000 } };
    const host = "ui-service.alfred-platform.svc.cluster.local";
    const http = [{ route: [{ destination: { host } }], retries: { attempts: 0 } }];
    const annotations = { "traffic.sidecar.istio.io/excludeOutboundPorts": "443,5432" };
    const weakened: [string, NonNullable<MeshDefinition["overrides"]>, string[]][] = [
      [
        "mutual TLS of a namespace",
        { PeerAuthentication: of("default", permissive) },
        [
          `forbid-weaker-mtls: ${textOf(
            "PeerAuthentication alfred-platform/default",
            "spec.mtls.mode",
            weakerMtls.mode("PERMISSIVE"),
          )}`,
        ],
      ],
      [
        "a circuit breaker",
        { DestinationRule: of("agent-rag", { spec: { trafficPolicy: { connectionPool } } }) },
        [
          "bound-circuit-breakers: DestinationRule alfred-platform/agent-rag: " +
            "spec.trafficPolicy.connectionPool.tcp.maxConnections is 5000, above the limit of 1024. Set it to at most 1024.",
        ],
      ],
      [
        "a rule for another host than the Service's",
        { DestinationRule: of("ui-service", { spec: { host: "nobody.elsewhere.svc.cluster.local" } }) },
        [
          `require-circuit-breakers: ${circuitBreakers.missing(
            "Service alfred-platform/ui-service",
            "metadata.name",
            "ui-service",
          )}`,
        ],
      ],
      [
        "a timeout",
        { VirtualService: of("ui-service", { spec: { http } }) },
        [
          `bound-timeouts: ${textOf(
            "VirtualService alfred-platform/ui-service",
            "spec.http[0].timeout",
            timeouts.missing("2m"),
          )}`,
        ],
      ],
      [
        "the user of a pod",
        {
          Deployment: of("redis", {
            spec: { template: { spec: { securityContext: { runAsNonRoot: null } } } },
          }),
        },
        [
          "require-non-root: Deployment alfred-platform/redis: spec.template.spec.containers[0].securityContext.runAsNonRoot " +
            "is not set, so the container may run as root. Set it to true, here or for the pod.",
        ],
      ],
      [
        "a port past the sidecar that is not allowed",
        { Deployment: of("redis", { spec: { template: { metadata: { annotations } } } }) },
        [
          `flag-capture-bypasses: ${textOf(
            "Deployment alfred-platform/redis",
            EXCLUDED_PORTS,
            captureBypasses.ports("5432"),
          )}`,
        ],
      ],
    ];
    for (const [what, overrides, violations] of weakened) {
      it(`are refused: ${what}`, async () => {
        const resources = await resourcesOf("alfred", "prod", (catalog) => ({ ...catalog, overrides }));
        expect((await judge(resources, alfredInProd)).mandatory).to.deep.equal(violations);
      });
    }

    it("are refused: mutual TLS of the mesh", async () => {
      const resources = await resourcesOf("alfred", "prod", undefined, { mtlsMode: "PERMISSIVE" });
      expect((await judge(resources, alfredInProd)).mandatory).to.deep.equal([
        `require-mesh-wide-strict: ${meshWideStrict.mesh("istio-system")}`,
        `forbid-weaker-mtls: ${textOf(
          "PeerAuthentication istio-system/default",
          "spec.mtls.mode",
          weakerMtls.mode("PERMISSIVE"),
        )}`,
      ]);
    });

    it("are refused: egress", async () => {
      const weaken = (resource: Resource): Resource => {
        const { chart, values } = resource.props as { chart?: string; values?: { meshConfig?: object } };
        if (chart !== "istiod") return resource;
        const meshConfig = { ...values?.meshConfig, outboundTrafficPolicy: { mode: "ALLOW_ANY" } };
        return { ...resource, props: { ...resource.props, values: { ...values, meshConfig } } };
      };
      const resources = (await resourcesOf("alfred", "prod")).map(weaken);
      expect((await judge(resources, alfredInProd)).mandatory).to.deep.equal([
        `restrict-egress: ${textOf(
          "Release istio-system/istiod",
          "values.meshConfig.outboundTrafficPolicy.mode",
          egress.mode(true),
        )}`,
      ]);
    });
  });
});
