import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { checkMesh } from "../../mesh";
import { envFix, foreignText, imageFix, promiseFix, text, valueFix } from "../../checks/plain";

const http = { port: 8080, protocol: "http" };
const image = "registry.example.com/web:1.4.2";

const shop = (web: object, rest: object = {}): unknown => ({
  name: "shop",
  services: { web: { ports: { http }, ...web } },
  ...rest,
});
const brief = (catalog: unknown): string[] =>
  checkMesh(catalog).findings.map(({ code, path }) => `${code} ${path}`);

/** The one finding of a catalog. */
function only(catalog: unknown): object {
  const { findings, mesh } = checkMesh(catalog);
  expect(findings).to.have.lengthOf(1);
  expect(mesh).to.equal(undefined);
  const [{ code, severity, ...finding } = { code: "", severity: "" }] = findings;
  expect([code, severity]).to.deep.equal(["MW386", "error"]);
  return finding;
}

describe("checks/plain", () => {
  const output = pulumi.output(image);

  it("reports an Output with the fix for its place", () => {
    const at = (path: string, fix: string): object => ({ path, ...text(path, "is a Pulumi Output", fix) });

    expect(only(shop({ workload: { image: output } }))).to.deep.equal(
      at("services.web.workload.image", imageFix(["web"])),
    );
    const versions = { v1: {}, v2: { image } };
    const traffic = { weights: { v1: 100, v2: 0 } };
    expect(only(shop({ workload: { image: output }, versions, traffic }))).to.deep.equal(
      at("services.web.workload.image", imageFix(["web-v1", "web-v2"])),
    );
    expect(
      only(shop({ workload: { image }, versions: { ...versions, v2: { image: output } }, traffic })),
    ).to.deep.equal(at("services.web.versions.v2.image", imageFix(["web-v2"])));
    expect(only(shop({ workload: { image, env: { DB: output } } }))).to.deep.equal(
      at("services.web.workload.env.DB", envFix),
    );
    const bank = {
      host: pulumi.secret("bank.example.com"),
      ports: { https: { port: 443, protocol: "tls" } },
    };
    expect(only(shop({ calls: { bank: {} } }, { externalServices: { bank } }))).to.deep.equal(
      at("externalServices.bank.host", valueFix),
    );
  });

  it("reports an Output that was formatted into a text", () => {
    const formatted = `${output as unknown as string}:1.4.2`;
    const at = "services.web.workload.image";
    expect(only(shop({ workload: { image: formatted } }))).to.deep.equal({
      path: at,
      ...text(at, "contains the text of a formatted Pulumi Output", imageFix(["web"])),
    });
    expect(only(shop({ workload: { image, env: { URL: `https://${formatted}` } } }))).to.deep.include({
      path: "services.web.workload.env.URL",
    });
  });

  it("reports a resource and a promise once each, and reads nothing in them", async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
      call: () => ({}),
    });
    const repository = new pulumi.ComponentResource("test:index:Repository", "web");
    expect(only(shop({ workload: { image: repository } }))).to.deep.equal({
      path: "services.web.workload.image",
      ...text("services.web.workload.image", "is a Pulumi resource", imageFix(["web"])),
    });
    await pulumi.runtime.disconnect();
    expect(only(shop({ workload: { image: Promise.resolve(image) } }))).to.deep.equal({
      path: "services.web.workload.image",
      ...text("services.web.workload.image", "is a promise", promiseFix),
    });
  });

  it("reports Outputs where every value is accepted, and a whole catalog that is one", () => {
    const patch = { spec: { exportTo: [".", output] } };
    expect(
      only(shop({ calls: { api: {} } }, withApi({ DestinationRule: { "shop/api": patch } }))),
    ).to.include({
      path: 'overrides.DestinationRule["shop/api"].spec.exportTo[1]',
    });
    expect(only(pulumi.output(shop({})))).to.deep.equal({
      path: "",
      ...text("the catalog", "is a Pulumi Output", valueFix),
    });
  });

  it("leaves everything else to the other checks, each Output apart", () => {
    const catalog = shop(
      { workload: { image: output, replicas: -1 }, calls: { ap: {} }, resilience: { timeout: output } },
      { overrides: { Sidecar: { "shop/web": { spec: output } } } },
    );
    expect(brief(catalog)).to.deep.equal([
      'MW386 overrides.Sidecar["shop/web"].spec',
      "MW101 services.web.calls.ap",
      "MW386 services.web.resilience.timeout",
      "MW386 services.web.workload.image",
      "MW001 services.web.workload.replicas",
    ]);
  });

  it("reports values that JSON can't have, also in an override, and leaves undefined fields out", () => {
    const self: Record<string, unknown> = {};
    self.self = { self };
    for (const [value, found, below = ""] of [
      [7n, "is a bigint"],
      [() => 1, "is a function"],
      [Symbol("x"), "is a symbol"],
      [NaN, "is NaN"],
      [-Infinity, "is -Infinity"],
      [new Date(), "is a Date"],
      [new Map(), "is a Map"],
      [self, "is an object that contains itself", ".self.self"],
    ] as const) {
      const path = 'overrides.Sidecar["shop/web"].metadata.labels';
      const overrides = { Sidecar: { "shop/web": { metadata: { labels: { team: value } } } } };
      expect(only(shop({}, { overrides })), found).to.deep.equal({
        path: `${path}.team${below}`,
        ...foreignText(`${path}.team${below}`, found),
      });
    }
    const probes = { readiness: undefined, liveness: { path: "/live" } };
    const { mesh, findings } = checkMesh(shop({ workload: { image, probes }, traffic: undefined }));
    expect(findings).to.deep.equal([]);
    const given = { workload: { image, probes: { liveness: { path: "/live" } } } };
    expect(mesh).to.deep.equal(checkMesh(shop(given)).mesh);
  });

  it("accepts plain values that only look alike, one object in two places, and ends in a cycle", () => {
    const env = { __pulumiOutput: "true", SUPPORTED: "Output<T> is not supported" };
    expect(brief(shop({ workload: { image, env } }))).to.deep.equal([]);
    const shared = { image: output };
    const two = { web: { ports: { http }, workload: shared }, api: { ports: { http }, workload: shared } };
    expect(brief({ name: "shop", services: two })).to.deep.equal([
      "MW386 services.api.workload.image",
      "MW386 services.web.workload.image",
    ]);
    const cycle: Record<string, unknown> = { port: 8080, protocol: "http" };
    cycle.self = cycle;
    expect(brief(shop({ ports: { http: cycle } }))).to.deep.equal([
      "MW002 services.web.ports.http.self",
      "MW386 services.web.ports.http.self",
    ]);
  });
});

function withApi(overrides: object): object {
  return {
    services: { web: { ports: { http }, calls: { api: {} } }, api: { ports: { http } } },
    overrides,
  };
}
