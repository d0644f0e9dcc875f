import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { DURATION, milliseconds } from "../reading/duration";
import { policies } from "../policies";
import { unknownNames } from "../checkConfiguration";
import { anyJson, changed } from "./anyValue";
import { type Resource, unknown, validateResource, validateStack } from "./engine";
import * as valid from "./resources";

const { istio } = valid;
const shop = { namespace: "shop", name: "any" };
const resources: readonly Resource[] = [
  ...[
    valid.peerAuthentication(),
    valid.destinationRule(),
    valid.istiod(),
    valid.namespace(),
    valid.deployment(),
  ],
  ...[
    valid.service(),
    valid.annotatedPod({ "sidecar.istio.io/inject": "true" }),
    valid.authorizationPolicy(),
  ],
  ...[valid.requestAuthentication(), valid.virtualService(), valid.gateway(), valid.gatewayRelease()],
  ...[valid.kiali(), valid.grafana(), valid.prometheusStack()],
  istio("networking.istio.io/v1", "Sidecar", shop, { egress: [{ hosts: ["./*"] }] }),
  istio("networking.istio.io/v1", "ServiceEntry", shop, {
    hosts: ["bank.example.com"],
    addresses: ["192.0.2.1/32"],
    ports: [{ number: 443, name: "tls", protocol: "TLS" }],
  }),
  istio("networking.istio.io/v1alpha3", "EnvoyFilter", shop, {
    workloadSelector: { labels: { app: "web" } },
    configPatches: [{ applyTo: "HTTP_FILTER", patch: { operation: "INSERT_BEFORE", value: { name: "x" } } }],
  }),
  istio("telemetry.istio.io/v1", "Telemetry", shop, { tracing: [{ randomSamplingPercentage: 1 }] }),
  istio("extensions.istio.io/v1alpha1", "WasmPlugin", shop, { url: "oci://example.com/x", sha256: "0" }),
];

/** How often each property is tried. `FUZZ=60000` takes a minute. */
const numRuns = Number(process.env.FUZZ ?? "150");

describe("any value in any place of a resource", () => {
  it("is judged by every policy without a crash", async () => {
    const value = fc.oneof({ weight: 5, arbitrary: anyJson }, fc.constantFrom<unknown>(unknown, [unknown]));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...resources),
        fc.noBias(fc.integer()),
        value,
        async (one, seed, any) => {
          const props = changed(one.props, seed, any);
          if (props === null || typeof props !== "object") return;
          const resource = { ...one, props: props as Resource["props"] };
          for (const policy of policies) {
            if ("validateStack" in policy) await validateStack(policy, [...resources.slice(0, 5), resource]);
            else await validateResource(policy, resource);
          }
        },
      ),
      { numRuns },
    );
  });

  it("is read as a duration of a finite length, or as none", () => {
    const text = fc.oneof(fc.stringMatching(new RegExp(DURATION)), fc.string());
    fc.assert(
      fc.property(fc.oneof(anyJson, text), (any) => {
        expect(milliseconds(any)).to.satisfy(
          (length: unknown) => length === undefined || (Number.isFinite(length) && Number(length) >= 0),
        );
      }),
      { numRuns: numRuns * 10 },
    );
  });

  it("is an unknown name or accepted in a configuration", () => {
    const folder = join(__dirname, "..", "presets");
    const presets = readdirSync(folder).map((file): unknown =>
      JSON.parse(readFileSync(join(folder, file), "utf8")),
    );
    fc.assert(
      fc.property(fc.constantFrom(...presets), fc.noBias(fc.integer()), anyJson, (preset, seed, any) => {
        for (const problem of unknownNames(changed(preset, seed, any))) expect(problem).to.match(/\.$/);
      }),
      { numRuns: numRuns * 10 },
    );
  });
});
