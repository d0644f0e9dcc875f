import { runtime } from "@pulumi/pulumi";
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { expect } from "chai";
import { environmentOf } from "../environment";
import { boundTimeouts } from "../policies/boundTimeouts";
import { boundTraceSampling } from "../policies/boundTraceSampling";
import { forbidFaultInjection } from "../policies/forbidFaultInjection";
import { requireHighAvailability } from "../policies/requireHighAvailability";
import { requireNonRoot } from "../policies/requireNonRoot";
import { restrictEgress } from "../policies/restrictEgress";
import { type Resource, validateResource } from "./engine";
import { deployment, istio, istiod, route, virtualService } from "./resources";

describe("environment", () => {
  const stack = (environment?: string) => {
    runtime.setAllConfig(environment === undefined ? {} : { "meshwright:environment": environment });
  };
  after(() => {
    stack();
  });

  it("is the setting, regardless of the stack", () => {
    for (const configured of [undefined, "dev", "prod"]) {
      stack(configured);
      for (const environment of ["dev", "staging", "prod"]) {
        expect(environmentOf(environment)).to.equal(environment);
      }
    }
  });

  it("is the stack's configuration, by default prod", () => {
    for (const environment of ["dev", "staging", "prod"]) {
      stack(environment);
      expect(environmentOf("stack")).to.equal(environment);
    }
    for (const configured of [undefined, "stage", ""]) {
      stack(configured);
      expect(environmentOf("stack"), configured).to.equal("prod");
    }
  });

  it("staging has the rules of prod, except for faults and trace sampling", async () => {
    const judge = (policy: ResourceValidationPolicy, resource: Resource, environment: string) =>
      validateResource(policy, resource, { environment });
    const built: [ResourceValidationPolicy, Resource][] = [
      [requireHighAvailability, istiod()],
      [requireNonRoot, deployment({}, { securityContext: {} })],
      [restrictEgress, istiod()],
      [boundTimeouts, virtualService([route({ timeout: undefined })])],
    ];
    const tracing = [{ randomSamplingPercentage: 100 }];
    const telemetry = istio(
      "telemetry.istio.io/v1",
      "Telemetry",
      { namespace: "shop", name: "all" },
      { tracing },
    );
    const triedOut: [ResourceValidationPolicy, Resource][] = [
      [forbidFaultInjection, virtualService([route({ fault: { abort: { httpStatus: 503 } } })])],
      [boundTraceSampling, telemetry],
    ];
    for (const [policies, refusedIn] of [
      [built, ["staging", "prod"]],
      [triedOut, ["prod"]],
    ] as const) {
      for (const [policy, resource] of policies) {
        for (const environment of ["dev", "staging", "prod"]) {
          const { violations } = await judge(policy, resource, environment);
          expect(violations, `${policy.name} in ${environment}`).to.have.length(
            refusedIn.some((one) => one === environment) ? 1 : 0,
          );
        }
      }
    }
  });
});
