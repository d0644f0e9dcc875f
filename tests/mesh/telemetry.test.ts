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
