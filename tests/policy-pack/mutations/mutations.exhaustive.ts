import { expect } from "chai";
import { policies } from "../../../policy-pack/policies";
import {
  type Outcome,
  type Resource,
  validateResource,
  validateStack,
} from "../../../policy-pack/tests/engine";
import { platformNames } from "../../../platforms";
import { configurationOf, type Configuration, everythingWatched, preset, resourcesOf } from "../registered";
import { mutations } from "./index";
import { broken, fieldPath, isOf, type Mutation, titleOf } from "./mutation";

interface Stack {
  readonly platform: string;
  readonly resources: Resource[];
  readonly configuration: Configuration;
}

const names = new Set(policies.map(({ name }) => name));

describe("policy-pack and the platforms in prod", () => {
  const stacks: Stack[] = [];
  before(async function () {
    this.timeout(180_000);
    for (const platform of platformNames) {
      const resources = await resourcesOf(platform, "prod");
      stacks.push({ platform, resources, configuration: configurationOf(platform, "prod") });
    }
    stacks.push({
      platform: "everything that can watch a mesh",
      resources: await everythingWatched(),
      configuration: preset("prod"),
    });
  });

  // Some breaks are written down before their policy is there.
  for (const mutation of mutations.filter(({ policy }) => names.has(policy))) {
    it(`${mutation.policy} refuses ${mutation.mistake}`, async () => {
      const { made, missed } = await outcomeOf(mutation, stacks);
      expect(missed.slice(0, 10)).to.deep.equal([]);
      expect(made, "no platform has a resource of this kind").to.be.greaterThan(0);
    });
  }
});

async function outcomeOf(mutation: Mutation, stacks: readonly Stack[]) {
  let made = 0;
  const missed: string[] = [];
  for (const { platform, resources, configuration } of stacks) {
    const stack = mutation.added ? [...resources, mutation.added] : resources;
    const settings = Object.fromEntries(
      Object.entries(configuration[mutation.policy] ?? {}).filter(([name]) => name !== "enforcementLevel"),
    );
    const ofStack = policies.some((one) => one.name === mutation.policy && "validateStack" in one);
    let before: readonly string[] = [];
    let isKnown = false;
    for (const resource of stack.filter((one) => isOf(one, mutation.kind))) {
      if (!ofStack || !isKnown) {
        before = (await judged(mutation.policy, { stack, resource }, settings)).violations;
        isKnown = true;
      }
      for (const fault of mutation.faults(resource)) {
        made++;
        const { violations } = await judged(mutation.policy, broken(stack, resource, fault), settings);
        const fresh = violations.filter((message) => !before.includes(message));
        const { begins, names: parts, changes } = fault;
        const said = fresh.filter(
          (message) => message.startsWith(begins) && parts.every((part) => message.includes(part)),
        );
        if (said.length === 1) continue;
        const change = changes.map(([place, value]) => `${fieldPath(place)} = ${JSON.stringify(value)}`);
        const what = `${platform}, ${titleOf(resource)}, ${change.join(", ") || "gone"}`;
        missed.push(
          `${what}: expected "${begins}…" with ${parts.join(", ")}, found ${fresh.join(" | ") || "nothing"}`,
        );
      }
    }
  }
  return { made, missed };
}

/** What a policy says of a resource, or of the stack that it is in. */
async function judged(
  name: string,
  { stack, resource }: { stack: Resource[]; resource?: Resource },
  settings: Record<string, unknown>,
): Promise<Outcome> {
  const policy = policies.find((one) => one.name === name);
  if (!policy) throw new Error(`there is no policy ${name}`);
  if ("validateStack" in policy) return validateStack(policy, stack, settings);
  if (!resource) throw new Error(`${name} judges no stack, and its resource is gone`);
  return validateResource(policy, resource, settings);
}
