import { expect } from "chai";
import { boundTraceSampling } from "../../policies/boundTraceSampling";
import { type Resource, unknown, validateResource } from "../engine";
import { annotatedPod, deployment, gatewayRelease, istio, istiod } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(boundTraceSampling, resource, configuration);
const telemetry = (...percentages: unknown[]) =>
  istio(
    "telemetry.istio.io/v1",
    "Telemetry",
    { namespace: "shop", name: "default" },
    { tracing: percentages.map((randomSamplingPercentage) => ({ randomSamplingPercentage })) },
  );
const at = (text: string) => `Telemetry shop/default: spec.tracing${text}`;

describe("bound-trace-sampling", () => {
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
        at("[1].randomSamplingPercentage is 100, above the limit of 10. Set it to at most 10."),
        at("[2].randomSamplingPercentage is not a number. Set it to at most 10."),
      ],
    });
    expect(await judge(telemetry(50.5), { percent: 50 })).to.deep.equal({
      violations: [at("[0].randomSamplingPercentage is 50.5, above the limit of 50. Set it to at most 50.")],
    });
  });

  it("refuses it in istiod's values", async () => {
    const values = { traceSampling: 100, meshConfig: { defaultConfig: { tracing: { sampling: 20 } } } };
    expect(await judge(istiod(values))).to.deep.equal({
      violations: [
        "Release istio-system/istiod: values.meshConfig.defaultConfig.tracing.sampling is 20, above the limit of 10. " +
          "Set it to at most 10.",
        "Release istio-system/istiod: values.traceSampling is 100, above the limit of 10. Set it to at most 10.",
      ],
    });
    const below = { meshConfig: { defaultConfig: { tracing: { sampling: 1 } } }, pilot: values };
    expect(await judge(istiod(below))).to.deep.equal({
      violations: [
        "Release istio-system/istiod: values.pilot.meshConfig.defaultConfig.tracing.sampling is 20, above the limit of 10. " +
          "Set it to at most 10.",
        "Release istio-system/istiod: values.pilot.traceSampling is 100, above the limit of 10. Set it to at most 10.",
      ],
    });
  });

  it("refuses it in the configuration of a pod's proxy", async () => {
    const pod = (config: unknown) => annotatedPod({ "proxy.istio.io/config": config });
    for (const config of ["tracing:\n  sampling: 100", '{"tracing": {"sampling": 100}}']) {
      expect(await judge(pod(config))).to.deep.equal({
        violations: [
          'Deployment shop/catalog: spec.template.metadata.annotations["proxy.istio.io/config"] sets tracing.sampling to 100, ' +
            "above the limit of 10. Set it to at most 10.",
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

  it("leaves dev alone", async () => {
    expect(await judge(telemetry(100), { environment: "dev" })).to.deep.equal({ violations: [] });
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(telemetry(unknown))).to.deep.equal({
      violations: [],
      undecided:
        "Telemetry shop/default: string value at .spec.tracing.0.randomSamplingPercentage can't be known during preview",
    });
  });
});
