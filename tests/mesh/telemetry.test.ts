import { expect } from "chai";
import type { TelemetryDefinition } from "../../catalog";
import { find, http, metadata, render } from "./render";

const rendered = (telemetry: TelemetryDefinition): ReturnType<typeof find> =>
  find(render({ name: "shop", services: { web: { ports: { http } } }, telemetry }), "Telemetry", "default");

describe("telemetry", () => {
  it("says which provider gets what", () => {
    expect(
      rendered({
        metrics: {
          provider: "prometheus",
          overrides: [
            { metric: "REQUEST_COUNT" },
            { metric: "REQUEST_SIZE", mode: "CLIENT", disabled: true },
          ],
        },
        tracing: { provider: "jaeger", randomSamplingPercentage: 12.5 },
        accessLogging: { provider: "envoy", filter: "response.code >= 400" },
      }),
    ).to.deep.equal({
      apiVersion: "telemetry.istio.io/v1",
      kind: "Telemetry",
      metadata: metadata("default", "telemetry"),
      spec: {
        metrics: [
          {
            providers: [{ name: "prometheus" }],
            overrides: [
              { match: { metric: "REQUEST_COUNT", mode: "CLIENT_AND_SERVER" } },
              { match: { metric: "REQUEST_SIZE", mode: "CLIENT" }, disabled: true },
            ],
          },
        ],
        tracing: [{ providers: [{ name: "jaeger" }], randomSamplingPercentage: 12.5 }],
        accessLogging: [{ providers: [{ name: "envoy" }], filter: { expression: "response.code >= 400" } }],
      },
    });
  });

  it("says nothing of what isn't declared", () => {
    expect(rendered({ metrics: { provider: "prometheus" } }).spec).to.deep.equal({
      metrics: [{ providers: [{ name: "prometheus" }] }],
    });
    const kinds = render({ name: "shop", services: { web: { ports: { http } } } }).map(({ kind }) => kind);
    expect(kinds).to.not.include("Telemetry");
  });

  it("says of a service what it reports in another way, to the same providers", () => {
    const { tracing, accessLogging } = {
      tracing: { provider: "jaeger", randomSamplingPercentage: 1 },
      accessLogging: { provider: "envoy", filter: "response.code >= 400" },
    };
    const objects = render({
      name: "shop",
      telemetry: { metrics: { provider: "prometheus" }, tracing, accessLogging },
      services: {
        audited: { ports: { http }, telemetry: { accessLogging: {} } },
        collector: {
          ports: { http },
          telemetry: { tracing: { randomSamplingPercentage: 0 }, accessLogging: { disabled: true } },
        },
        slow: {
          ports: { http },
          telemetry: {
            tracing: { randomSamplingPercentage: 50 },
            accessLogging: { filter: "response.code >= 500" },
          },
        },
        usual: { ports: { http } },
      },
    });
    const names = objects.filter(({ kind }) => kind === "Telemetry").map((object) => object.metadata.name);
    expect(names).to.deep.equal(["audited", "collector", "default", "slow"]);
    expect(find(objects, "Telemetry", "audited")).to.deep.equal({
      apiVersion: "telemetry.istio.io/v1",
      kind: "Telemetry",
      metadata: metadata("audited", "services.audited.telemetry"),
      spec: {
        selector: { matchLabels: { app: "audited" } },
        accessLogging: [{ providers: [{ name: "envoy" }] }],
      },
    });
    expect(find(objects, "Telemetry", "collector").spec).to.deep.equal({
      selector: { matchLabels: { app: "collector" } },
      tracing: [{ providers: [{ name: "jaeger" }], randomSamplingPercentage: 0 }],
      accessLogging: [{ providers: [{ name: "envoy" }], disabled: true }],
    });
    expect(find(objects, "Telemetry", "slow").spec).to.deep.equal({
      selector: { matchLabels: { app: "slow" } },
      tracing: [{ providers: [{ name: "jaeger" }], randomSamplingPercentage: 50 }],
      accessLogging: [{ providers: [{ name: "envoy" }], filter: { expression: "response.code >= 500" } }],
    });
  });

  it("applies to the proxies of the gateways that the catalog uses, once for the same pods", () => {
    const route = { prefix: "/", service: "web" } as const;
    const host = (credentialName: string) => ({ tls: { credentialName }, routes: [route] });
    const pods = { namespace: "edge", serviceAccount: "edge", selector: { app: "edge" } };
    const definition = {
      name: "shop",
      services: { web: { ports: { http }, calls: { bank: {} } } },
      externalServices: {
        bank: {
          host: "bank.example.com",
          ports: { https: { port: 443, protocol: "tls" } },
          egressGateway: true,
        },
      },
      gateways: {
        admin: { hosts: { "admin.example.com": host("a") } },
        public: { hosts: { "shop.example.com": host("b") } },
        theirs: { ...pods, hosts: { "theirs.example.com": host("c") } },
      },
    } as const;
    const telemetry = {
      tracing: { provider: "jaeger", randomSamplingPercentage: 5 },
      accessLogging: { provider: "envoy", filter: "response.code >= 400" },
      auditLogging: { provider: "audit" },
    };
    const spec = {
      tracing: [{ providers: [{ name: "jaeger" }], randomSamplingPercentage: 5 }],
      accessLogging: [
        { providers: [{ name: "envoy" }], filter: { expression: "response.code >= 400" } },
        { providers: [{ name: "audit" }] },
      ],
    };
    const atGateways = (objects: ReturnType<typeof render>): unknown[] =>
      objects
        .filter(({ kind, metadata: { namespace } }) => kind === "Telemetry" && namespace !== "shop")
        .map((object) => [object.metadata.name, object.metadata.namespace, object.spec]);
    expect(atGateways(render({ ...definition, telemetry }))).to.deep.equal([
      ["theirs-shop", "edge", { selector: { matchLabels: { app: "edge" } }, ...spec }],
      ["istio-egress-shop", "istio-egress", { selector: { matchLabels: { istio: "egress" } }, ...spec }],
      ["istio-ingress-shop", "istio-ingress", { selector: { matchLabels: { istio: "ingress" } }, ...spec }],
    ]);
    expect(atGateways(render({ ...definition, telemetry: { ...telemetry, gateways: false } }))).to.deep.equal(
      [],
    );
    expect(atGateways(render(definition))).to.deep.equal([]);
    const [one] = render({ ...definition, telemetry }).filter(
      ({ metadata: { name } }) => name === "istio-ingress-shop",
    );
    expect(one?.metadata.annotations).to.deep.equal({
      "meshwright.dev/from": "telemetry,gateways.admin,gateways.public",
    });
  });

  it("logs everything for auditors, whatever else is left out of the access log", () => {
    const objects = render({
      name: "shop",
      telemetry: {
        accessLogging: { provider: "envoy", filter: "response.code >= 400" },
        auditLogging: { provider: "audit" },
      },
      services: {
        quiet: { ports: { http }, telemetry: { accessLogging: { disabled: true } } },
        web: { ports: { http } },
      },
    });
    expect(find(objects, "Telemetry", "default").spec).to.deep.equal({
      accessLogging: [
        { providers: [{ name: "envoy" }], filter: { expression: "response.code >= 400" } },
        { providers: [{ name: "audit" }] },
      ],
    });
    expect(find(objects, "Telemetry", "quiet").spec).to.deep.equal({
      selector: { matchLabels: { app: "quiet" } },
      accessLogging: [{ providers: [{ name: "envoy" }], disabled: true }, { providers: [{ name: "audit" }] }],
    });
    expect(rendered({ auditLogging: { provider: "audit" } }).spec).to.deep.equal({
      accessLogging: [{ providers: [{ name: "audit" }] }],
    });
  });
});
