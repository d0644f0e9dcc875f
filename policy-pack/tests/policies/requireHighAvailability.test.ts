import { expect } from "chai";
import { numberMessages } from "../../bounds";
import type { Message } from "../../policy";
import { messages, requireHighAvailability } from "../../policies/requireHighAvailability";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, istiod } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(requireHighAvailability, resource, configuration);
const ofIstiod = (path: string, message: Message) => ({
  violations: [said("Release istio-system/istiod", "values.")(path, message)],
});
const ofGateway = (path: string, message: Message) => ({
  violations: [said("Release istio-ingress/istio-ingress", "values.")(path, message)],
});

describe("require-high-availability", () => {
  it("states the field, the problem and the fix", async () => {
    expect(await judge(istiod())).to.deep.equal({
      violations: [
        "Release istio-system/istiod: values.autoscaleMin is not set and defaults to 1. Set it to at least 2.",
      ],
    });
    expect(await judge(gatewayRelease({ podDisruptionBudget: {} }))).to.deep.equal({
      violations: [
        "Release istio-ingress/istio-ingress: values.podDisruptionBudget is not set, so all replicas may be evicted at once. " +
          "Set minAvailable to 1.",
      ],
    });
  });

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

  it("refuses one replica of istiod, for which replicaCount is no fix", async () => {
    const unset = ofIstiod("autoscaleMin", messages.noReplicas(2));
    expect(await judge(istiod())).to.deep.equal(unset);
    expect(await judge(istiod({ replicaCount: 3 }))).to.deep.equal(unset);
    expect(await judge(istiod({ autoscaleMin: 1 }))).to.deep.equal(
      ofIstiod("autoscaleMin", numberMessages.below(1, 2)),
    );
    expect(await judge(istiod({ autoscaleMin: "hunter2" }))).to.deep.equal(
      ofIstiod("autoscaleMin", messages.notANumber(2)),
    );
    expect(await judge(istiod({ autoscaleMin: 3, pilot: { autoscaleMin: 1 } }))).to.deep.equal(
      ofIstiod("pilot.autoscaleMin", numberMessages.below(1, 2)),
    );
    expect(await judge(istiod({ autoscaleEnabled: false, autoscaleMin: 3 }))).to.deep.equal(
      ofIstiod("replicaCount", messages.noReplicas(2)),
    );
    // Helm templates also read these as false.
    for (const autoscaleEnabled of ["", 0]) {
      expect(await judge(istiod({ autoscaleEnabled, autoscaleMin: 3 }))).to.deep.equal(
        ofIstiod("replicaCount", messages.noReplicas(2)),
      );
    }
  });

  it("refuses an istiod without a budget", async () => {
    for (const enabled of [false, "", 0]) {
      const global = { defaultPodDisruptionBudget: { enabled } };
      expect(await judge(istiod({ autoscaleMin: 2, global }))).to.deep.equal(
        ofIstiod("global.defaultPodDisruptionBudget.enabled", messages.istiodBudget(enabled)),
      );
    }
  });

  it("refuses a gateway with one replica, or without a budget", async () => {
    expect(await judge(gatewayRelease({ autoscaling: {} }))).to.deep.equal(
      ofGateway("autoscaling.minReplicas", messages.noReplicas(2)),
    );
    expect(
      await judge(gatewayRelease({ autoscaling: { enabled: false, minReplicas: 5 }, replicaCount: 1 })),
    ).to.deep.equal(ofGateway("replicaCount", numberMessages.below(1, 2)));
    const inDefaults = {
      autoscaling: {},
      _internal_defaults_do_not_set: { autoscaling: { minReplicas: 1 } },
    };
    expect(await judge(gatewayRelease(inDefaults))).to.deep.equal(
      ofGateway("_internal_defaults_do_not_set.autoscaling.minReplicas", numberMessages.below(1, 2)),
    );
    expect(await judge(gatewayRelease({ podDisruptionBudget: {} }))).to.deep.equal(
      ofGateway("podDisruptionBudget", messages.noBudget()),
    );
  });

  it("refuses a gateway's budget that keeps no replica available", async () => {
    const budget = (podDisruptionBudget: object) =>
      judge(gatewayRelease({ podDisruptionBudget: { minAvailable: undefined, ...podDisruptionBudget } }));
    for (const minAvailable of [0, "0", "0%"]) {
      expect(await budget({ minAvailable })).to.deep.equal(
        ofGateway("podDisruptionBudget.minAvailable", messages.minAvailable(String(minAvailable))),
      );
    }
    // The gateway has two replicas at least.
    for (const maxUnavailable of ["100%", 2, 3]) {
      expect(await budget({ maxUnavailable })).to.deep.equal(
        ofGateway("podDisruptionBudget.maxUnavailable", messages.maxUnavailable(String(maxUnavailable))),
      );
    }
    for (const key of ["minAvailable", "maxUnavailable"]) {
      expect(await budget({ [key]: unknown })).to.deep.equal({
        violations: [],
        undecided: `Release istio-ingress/istio-ingress: string value at .values.podDisruptionBudget.${key} can't be known during preview`,
      });
    }
  });

  it("applies the organization's number, and ignores dev and other charts", async () => {
    expect(await judge(istiod({ autoscaleMin: 2 }), { replicas: 3 })).to.deep.equal(
      ofIstiod("autoscaleMin", numberMessages.below(2, 3)),
    );
    expect(await judge(istiod(), { environment: "dev" })).to.deep.equal({ violations: [] });
    expect(await judge(istiod({}, "base"))).to.deep.equal({ violations: [] });
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge(istiod({ autoscaleMin: unknown }))).to.deep.equal({
      violations: [],
      undecided:
        "Release istio-system/istiod: string value at .values.autoscaleMin can't be known during preview",
    });
  });
});
