import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { checkMesh } from "../../checks";

const http = { port: 8080, protocol: "http" };
const image = "registry.example.com/web:1.4.2";
const reason =
  "a catalog must be plain, because checks and policies judge it at preview, when such a value can be unknown";

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

  it("reports an Output with the way out at its place", () => {
    const images = (keys: string): string =>
      `write a plain image here, and pass the Output to ServiceMesh in images, for ${keys}`;
    const at = (path: string): object => ({ path, message: `${path} is a Pulumi Output: ${reason}` });

    expect(only(shop({ workload: { image: output } }))).to.deep.equal({
      ...at("services.web.workload.image"),
      fix: images('"web"'),
    });
    const versions = { v1: {}, v2: { image } };
    const traffic = { weights: { v1: 100, v2: 0 } };
    expect(only(shop({ workload: { image: output }, versions, traffic }))).to.deep.equal({
      ...at("services.web.workload.image"),
      fix: images('"web-v1" and "web-v2"'),
    });
    expect(
      only(shop({ workload: { image }, versions: { ...versions, v2: { image: output } }, traffic })),
    ).to.deep.equal({ ...at("services.web.versions.v2.image"), fix: images('"web-v2"') });
    expect(only(shop({ workload: { image, env: { DB: output } } }))).to.deep.equal({
      ...at("services.web.workload.env.DB"),
      fix: 'create a Secret or ConfigMap from the Output, and name it here: { valueFrom: { secretKeyRef: { name: "…", key: "…" } } }',
    });
    const bank = {
      host: pulumi.secret("bank.example.com"),
      ports: { https: { port: 443, protocol: "tls" } },
    };
    expect(only(shop({ calls: { bank: {} } }, { externalServices: { bank } }))).to.deep.equal({
      ...at("externalServices.bank.host"),
      fix: "write the value itself; await getOutputValue of a StackReference gives another stack's value, and pulumi.Config a setting",
    });
  });

  it("reports an Output that was formatted into a text", () => {
    const text = `${output as unknown as string}:1.4.2`;
    expect(only(shop({ workload: { image: text } }))).to.deep.include({
      path: "services.web.workload.image",
      message: `services.web.workload.image has a Pulumi Output formatted into its text: ${reason}`,
    });
    expect(only(shop({ workload: { image, env: { URL: `https://${text}` } } }))).to.deep.include({
      path: "services.web.workload.env.URL",
    });
  });

  it("reports a resource and a promise once each, and reads nothing in them", async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
      call: () => ({}),
    });
    const repository = new pulumi.ComponentResource("test:index:Repository", "web");
    expect(only(shop({ workload: { image: repository } }))).to.deep.include({
      path: "services.web.workload.image",
      message: `services.web.workload.image is a Pulumi resource: ${reason}`,
    });
    await pulumi.runtime.disconnect();
    expect(only(shop({ workload: { image: Promise.resolve(image) } }))).to.deep.equal({
      path: "services.web.workload.image",
      message: `services.web.workload.image is a promise: ${reason}`,
      fix: "await it before the catalog is made",
    });
  });

  it("reports Outputs where every value is accepted, and a whole catalog that is one", () => {
    const patch = { spec: { exportTo: [".", output] } };
    expect(
      only(shop({ calls: { api: {} } }, withApi({ DestinationRule: { "shop/api": patch } }))),
    ).to.include({
      path: 'overrides.DestinationRule["shop/api"].spec.exportTo[1]',
    });
    expect(only(pulumi.output(shop({})))).to.include({
      path: "",
      message: `the catalog is a Pulumi Output: ${reason}`,
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
    expect(brief(shop({ ports: { http: cycle } }))).to.deep.equal(["MW002 services.web.ports.http.self"]);
  });
});

function withApi(overrides: object): object {
  return {
    services: { web: { ports: { http }, calls: { api: {} } }, api: { ports: { http } } },
    overrides,
  };
}
