import { expect } from "chai";
import { requireHighAvailability } from "../../policies/requireHighAvailability";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, istiod } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(requireHighAvailability, resource, configuration);
const ofIstiod = (text: string) => ({ violations: [`Release istio-system/istiod: values.${text}.`] });
const ofGateway = (text: string) => ({
  violations: [`Release istio-ingress/istio-ingress: values.${text}.`],
});

describe("require-high-availability", () => {
  it("accepts several replicas, by autoscaler or by number", async () => {
    for (const values of [
      { autoscaleMin: 2 },
      { autoscaleMin: "3" },
      { pilot: { autoscaleMin: 3 } },
      { autoscaleEnabled: false, replicaCount: 2 },
    ]) {
      expect(await judge(istiod(values))).to.deep.equal({ violations: [] });
    }
    for (const values of [
      {},
      { autoscaling: { enabled: false }, replicaCount: 2 },
      { podDisruptionBudget: { maxUnavailable: 1 } },
      { podDisruptionBudget: { minAvailable: "50%" } },
      { podDisruptionBudget: { maxUnavailable: "50%" } },
      { kind: "DaemonSet", autoscaling: {}, podDisruptionBudget: {} },
    ]) {
      expect(await judge(gatewayRelease(values))).to.deep.equal({ violations: [] });
    }
  });

  it("refuses an istiod with one, of which replicaCount is no cure", async () => {
    const unset = "autoscaleMin is not set, which is 1. Set it to at least 2";
    expect(await judge(istiod())).to.deep.equal(ofIstiod(unset));
    expect(await judge(istiod({ replicaCount: 3 }))).to.deep.equal(ofIstiod(unset));
    expect(await judge(istiod({ autoscaleMin: 1 }))).to.deep.equal(
      ofIstiod("autoscaleMin is 1, below the least of 2. Set it to at least 2"),
    );
    expect(await judge(istiod({ autoscaleMin: "hunter2" }))).to.deep.equal(
      ofIstiod("autoscaleMin is not a number. Set it to at least 2"),
    );
    expect(await judge(istiod({ autoscaleMin: 3, pilot: { autoscaleMin: 1 } }))).to.deep.equal(
      ofIstiod("pilot.autoscaleMin is 1, below the least of 2. Set it to at least 2"),
    );
    expect(await judge(istiod({ autoscaleEnabled: false, autoscaleMin: 3 }))).to.deep.equal(
      ofIstiod("replicaCount is not set, which is 1. Set it to at least 2"),
    );
    // Templates take these for false, too.
    for (const autoscaleEnabled of ["", 0]) {
      expect(await judge(istiod({ autoscaleEnabled, autoscaleMin: 3 }))).to.deep.equal(
        ofIstiod("replicaCount is not set, which is 1. Set it to at least 2"),
      );
    }
  });

  it("refuses an istiod without a budget", async () => {
    for (const [enabled, text] of [
      [false, "false"],
      ["", '""'],
      [0, "0"],
    ]) {
      const global = { defaultPodDisruptionBudget: { enabled } };
      expect(await judge(istiod({ autoscaleMin: 2, global }))).to.deep.equal(
        ofIstiod(
          `global.defaultPodDisruptionBudget.enabled is ${text}, so all replicas may be evicted at once. ` +
            "Leave it out, or set it to true",
        ),
      );
    }
  });

  it("refuses a gateway with one replica, or without a budget", async () => {
    expect(await judge(gatewayRelease({ autoscaling: {} }))).to.deep.equal(
      ofGateway("autoscaling.minReplicas is not set, which is 1. Set it to at least 2"),
    );
    expect(
      await judge(gatewayRelease({ autoscaling: { enabled: false, minReplicas: 5 }, replicaCount: 1 })),
    ).to.deep.equal(ofGateway("replicaCount is 1, below the least of 2. Set it to at least 2"));
    const inDefaults = {
      autoscaling: {},
      _internal_defaults_do_not_set: { autoscaling: { minReplicas: 1 } },
    };
    expect(await judge(gatewayRelease(inDefaults))).to.deep.equal(
      ofGateway(
        "_internal_defaults_do_not_set.autoscaling.minReplicas is 1, below the least of 2. Set it to at least 2",
      ),
    );
    expect(await judge(gatewayRelease({ podDisruptionBudget: {} }))).to.deep.equal(
      ofGateway(
        "podDisruptionBudget is not set, so all replicas may be evicted at once. Set minAvailable to 1",
      ),
    );
  });

  it("refuses a gateway's budget that keeps nothing", async () => {
    const budget = (podDisruptionBudget: object) =>
      judge(gatewayRelease({ podDisruptionBudget: { minAvailable: undefined, ...podDisruptionBudget } }));
    const effect = "so all replicas may be evicted at once";
    for (const minAvailable of [0, "0", "0%"]) {
      expect(await budget({ minAvailable })).to.deep.equal(
        ofGateway(`podDisruptionBudget.minAvailable is ${minAvailable}, ${effect}. Set it to 1`),
      );
    }
    // The gateway has two replicas at least.
    for (const maxUnavailable of ["100%", 2, 3]) {
      expect(await budget({ maxUnavailable })).to.deep.equal(
        ofGateway(
          `podDisruptionBudget.maxUnavailable is ${maxUnavailable}, ${effect}. Set minAvailable to 1 instead`,
        ),
      );
    }
    for (const key of ["minAvailable", "maxUnavailable"]) {
      expect(await budget({ [key]: unknown })).to.deep.equal({
        violations: [],
        undecided: `Release istio-ingress/istio-ingress: string value at .values.podDisruptionBudget.${key} can't be known during preview`,
      });
    }
  });

  it("takes the organization's number, and leaves dev and other charts alone", async () => {
    expect(await judge(istiod({ autoscaleMin: 2 }), { replicas: 3 })).to.deep.equal(
      ofIstiod("autoscaleMin is 2, below the least of 3. Set it to at least 3"),
    );
    expect(await judge(istiod(), { environment: "dev" })).to.deep.equal({ violations: [] });
    expect(await judge(istiod({}, "base"))).to.deep.equal({ violations: [] });
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge(istiod({ autoscaleMin: unknown }))).to.deep.equal({
      violations: [],
      undecided:
        "Release istio-system/istiod: string value at .values.autoscaleMin can't be known during preview",
    });
  });
});
