import { expect } from "chai";
import { environments } from "../../catalog";
import type { Manifest } from "../../mesh";
import { objectsOf, planOf, releasesOf } from "../../program/plan";
import { type Platform } from "../../program/platform";
import { platformList, platformNames, platforms } from "../../platforms";
import { secretsOf } from "../../program/secrets";
import { readSettings } from "../../program/settings";

/** Releases of the gateways of a stack where Grafana's host is at the gateway `release`. */
function gateways(release: string, observability: boolean): string[] {
  const settings = readSettings(platformList, {
    get: (key) => ({ platform: "alfred", observability: String(observability) })[key],
  });
  const platform = platforms.alfred as { observability?: Platform["observability"] };
  const before = platform.observability;
  platform.observability = () => ({
    grafana: {
      exposure: {
        host: "grafana.example.org",
        release,
        credentialName: "grafana-cert",
        claims: { roles: ["ops"] },
      },
    },
  });
  try {
    return (planOf(settings).controlPlane.gateways ?? []).map(({ name }) => name);
  } finally {
    if (before === undefined) delete platform.observability;
    else platform.observability = before;
  }
}

describe("program/plan", () => {
  it("installs the gateways of the catalog, and those at which only tools have their hosts, once each", () => {
    expect(gateways("istio-internal", true)).to.deep.equal([
      "istio-ingress",
      "istio-internal",
      "istio-egress",
    ]);
    expect(gateways("istio-ingress", true)).to.deep.equal(["istio-ingress", "istio-egress"]);
    expect(gateways("istio-internal", false)).to.deep.equal(["istio-ingress", "istio-egress"]);
  });

  it("installs no gateway that is installed already, and the others where the catalog has them", () => {
    const hosts = (host: string) => ({
      [host]: { tls: { credentialName: host }, routes: [{ prefix: "/" as const, service: "web" }] },
    });
    const own: Platform = {
      ...platforms.alfred,
      observability: () => ({}),
      catalog: () => ({
        name: "shop",
        services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
        gateways: {
          inside: { namespace: "edge", hosts: hosts("inside.example.com") },
          outside: {
            namespace: "istio-system",
            serviceAccount: "istio-ingressgateway-service-account",
            selector: { istio: "ingressgateway" },
            hosts: hosts("shop.example.com"),
          },
        },
      }),
    };
    const plan = planOf(readSettings([own], { get: (key) => ({ observability: "false" })[key] }));
    expect((plan.controlPlane.gateways ?? []).map(({ name, namespace }) => [name, namespace])).to.deep.equal([
      ["istio-ingress", "edge"],
      ["istio-egress", undefined],
    ]);
    expect(secretsOf(plan).map(({ namespace, name }) => `${namespace}/${name}`)).to.deep.equal([
      "edge/inside.example.com",
      "istio-system/shop.example.com",
    ]);
  });

  it("puts istiod into the catalog's root namespace, and refuses what the settings say otherwise than the catalog", () => {
    const own = (meshConfig: Record<string, unknown>): Platform => ({
      ...platforms.alfred,
      observability: () => ({}),
      controlPlane: () => ({ meshConfig }),
      catalog: () => ({
        name: "shop",
        rootNamespace: "istio",
        services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
      }),
    });
    const plan = (meshConfig: Record<string, unknown>) =>
      planOf(readSettings([own(meshConfig)], { get: (key) => ({ observability: "false" })[key] }));
    expect(plan({}).controlPlane.namespace).to.equal("istio");
    expect(() => plan({ trustDomain: "example.org" })).to.throw(
      'Nothing was registered.\nistiod.meshConfig.trustDomain is "example.org", and trustDomain of the catalog "shop" is "cluster.local"',
    );
  });

  for (const platform of platformNames) {
    it(`has every object of ${platform} once, with the namespaces of all objects, releases and Secrets`, () => {
      for (const environment of environments) {
        const plan = planOf(readSettings(platformList, { get: (key) => ({ platform, environment })[key] }));
        const objects = objectsOf(plan).flatMap((declared) => declared.objects);
        const keys = objects.map(
          ({ kind, metadata }) => `${kind}/${metadata.namespace ?? ""}/${metadata.name}`,
        );
        expect(keys).to.have.length(new Set(keys).size);
        const needed = [...objects.map(({ metadata }) => metadata), ...releasesOf(plan), ...secretsOf(plan)];
        expect(needed.length).to.be.greaterThan(objects.length);
        const present = objects
          .filter(({ kind }) => kind === "Namespace")
          .map(({ metadata }) => metadata.name);
        expect(present).to.include.members(needed.flatMap(({ namespace }) => namespace ?? []));
      }
    });
  }

  it("is a catalog alone, with its rules and dashboards, where another stack installs everything else", () => {
    const plan = (values: Record<string, string>) =>
      planOf(readSettings(platformList, { get: (key) => ({ platform: "alfred", ...values })[key] }));
    const whole = plan({});
    const second = plan({ controlPlane: "installed", observability: "installed" });
    expect(releasesOf(second)).to.deep.equal([]);
    // Two Telemetry objects must not select one gateway, so that of the other stack's catalog applies.
    const ofGateway = ({ kind, metadata: { namespace = "" } }: Manifest): boolean =>
      kind === "Telemetry" && namespace.startsWith("istio-");
    expect(whole.objects.filter(ofGateway)).to.have.length(1);
    expect(second.objects).to.deep.equal(whole.objects.filter((object) => !ofGateway(object)));
    expect(second).to.not.have.property("observability");
    const kinds = new Set((second.watching ?? []).map(({ kind }) => kind));
    expect([...kinds]).to.have.members(["ConfigMap", "PrometheusRule"]);
    for (const object of second.watching ?? [])
      expect(whole.observability?.plan.watching).to.deep.include(object);
    expect(objectsOf(second).map(({ component }) => component)).to.deep.equal([
      "Observability",
      "ServiceMesh",
    ]);
    expect(plan({ controlPlane: "installed", observability: "false" })).to.not.have.property("watching");
    expect(plan({ observability: "installed" }).installsControlPlane).to.equal(true);
  });
});
