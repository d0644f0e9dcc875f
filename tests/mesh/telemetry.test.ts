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
});
