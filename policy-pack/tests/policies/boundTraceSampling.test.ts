import { expect } from "chai";
import { boundTraceSampling, messages } from "../../policies/boundTraceSampling";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, deployment, gatewayRelease, istio, istiod } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(boundTraceSampling, resource, configuration);
const telemetry = (...percentages: unknown[]) =>
  istio(
    "telemetry.istio.io/v1",
    "Telemetry",
    { namespace: "shop", name: "default" },
    { tracing: percentages.map((randomSamplingPercentage) => ({ randomSamplingPercentage })) },
  );
const inTelemetry = said("Telemetry shop/default", "spec.tracing");
const inIstiod = said("Release istio-system/istiod", "values.");

describe("bound-trace-sampling", () => {
  it("states the field, the share and the fix", async () => {
    expect(await judge(telemetry(100))).to.deep.equal({
      violations: [
        "Telemetry shop/default: spec.tracing[0].randomSamplingPercentage is 100, above the limit of 10. Set it to at most 10.",
      ],
    });
  });

  it("accepts samples", async () => {
    for (const resource of [
      telemetry(1, 10, undefined, 0),
      istiod(),
      istiod({ traceSampling: 1 }),
      gatewayRelease({ traceSampling: 100 }),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses more than the limit", async () => {
    expect(await judge(telemetry(1, 100, "hunter2"))).to.deep.equal({
      violations: [
        inTelemetry("[1].randomSamplingPercentage", messages.above(100, 10)),
        inTelemetry("[2].randomSamplingPercentage", messages.notANumber(10)),
      ],
    });
    expect(await judge(telemetry(50.5), { percent: 50 })).to.deep.equal({
      violations: [inTelemetry("[0].randomSamplingPercentage", messages.above(50.5, 50))],
    });
  });

  it("refuses it in istiod's values", async () => {
    const values = { traceSampling: 100, meshConfig: { defaultConfig: { tracing: { sampling: 20 } } } };
    expect(await judge(istiod(values))).to.deep.equal({
      violations: [
        inIstiod("meshConfig.defaultConfig.tracing.sampling", messages.above(20, 10)),
        inIstiod("traceSampling", messages.above(100, 10)),
      ],
    });
    const below = { meshConfig: { defaultConfig: { tracing: { sampling: 1 } } }, pilot: values };
    expect(await judge(istiod(below))).to.deep.equal({
      violations: [
        inIstiod("pilot.meshConfig.defaultConfig.tracing.sampling", messages.above(20, 10)),
        inIstiod("pilot.traceSampling", messages.above(100, 10)),
      ],
    });
  });

  it("refuses it in the configuration of a pod's proxy", async () => {
    const pod = (config: unknown) => annotatedPod({ "proxy.istio.io/config": config });
    for (const config of ["tracing:\n  sampling: 100", '{"tracing": {"sampling": 100}}']) {
      expect(await judge(pod(config))).to.deep.equal({
        violations: [
          said("Deployment shop/catalog")(
            'spec.template.metadata.annotations["proxy.istio.io/config"]',
            messages.annotation(100, 10),
          ),
        ],
      });
    }
    for (const config of ["tracing: { sampling: 10 }", "tracing: {}", "concurrency: 2", "{"]) {
      expect(await judge(pod(config)), config).to.deep.equal({ violations: [] });
    }
    expect(await judge(deployment())).to.deep.equal({ violations: [] });
    expect(await judge(pod(unknown))).to.deep.equal({
      violations: [],
      undecided:
        "Deployment shop/catalog: string value at .spec.template.metadata.annotations.proxy.istio.io/config can't be known " +
        "during preview",
    });
  });

  it("does not apply to dev", async () => {
    expect(await judge(telemetry(100), { environment: "dev" })).to.deep.equal({ violations: [] });
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge(telemetry(unknown))).to.deep.equal({
      violations: [],
      undecided:
        "Telemetry shop/default: string value at .spec.tracing.0.randomSamplingPercentage can't be known during preview",
    });
  });
});
