import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { before, describe, it } from "mocha";
import { policyConfiguration, publishedPack } from "../configuration";
import { registerResources } from "../program";
import { resourcesOf } from "../settings";
import { table } from "../stacks";

const repository = join(__dirname, "..", "..");
const read = (...path: string[]) =>
  JSON.parse(readFileSync(join(repository, ...path), "utf8")) as Record<string, unknown>;

interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: unknown;
}

const resources = resourcesOf(table, publishedPack(table), (policy) => policyConfiguration(table, policy));

/** Every resource that the program registers. */
async function registrations(): Promise<Registration[]> {
  const registered: Registration[] = [];
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs as Record<string, unknown>,
    newResource: ({ type, name, inputs }) => {
      registered.push({ type, name, inputs });
      return { id: name, state: inputs as Record<string, unknown> };
    },
  });
  registerResources(resources);
  await pulumi.runtime.disconnect();
  return registered;
}

describe("deployments/program", () => {
  let registered: Registration[];
  before(async () => {
    registered = await registrations();
  });
  const ofType = (type: string) => registered.filter((one) => one.type === `pulumiservice:index:${type}`);
  const inputsOf = (type: string) =>
    Object.fromEntries(ofType(type).map(({ name, inputs }) => [name, inputs]));

  it("registers what the table stands for, with these inputs and no other", () => {
    const { settings, driftSchedules, ttlSchedules, policyPack, policyGroups } = resources;
    expect(inputsOf("DeploymentSettings")).to.deep.equal(settings);
    expect(inputsOf("DriftSchedule")).to.deep.equal(driftSchedules);
    expect(inputsOf("TtlSchedule")).to.deep.equal(ttlSchedules);
    expect(inputsOf("PolicyPack")).to.deep.equal({ "policy-pack": policyPack });
    expect(inputsOf("PolicyGroup")).to.deep.equal(policyGroups);
    expect(registered.filter(({ type }) => !type.startsWith("pulumi:"))).to.have.length(11 + 10 + 0 + 1 + 3);
  });

  it("publishes the pack of this repository, in the version of its package.json", () => {
    expect(inputsOf("PolicyPack")["policy-pack"]).to.deep.equal({
      organization: "example",
      name: "meshwright",
      versionTag: read("policy-pack", "package.json").version,
      sourcePath: "../policy-pack",
    });
    const entry = readFileSync(join(repository, "policy-pack", "index.ts"), "utf8");
    expect(entry).to.include('new PolicyPack("meshwright"');
  });

  it("configures each group by the preset and, for Alfred's prod, by its own settings on top", () => {
    const configOf = (group: string) =>
      (inputsOf("PolicyGroup")[group] as { policyPacks: { config: unknown }[] }).policyPacks[0]?.config;
    const prod = read("policy-pack", "presets", "prod.json");
    expect(configOf("meshwright-dev")).to.deep.equal(read("policy-pack", "presets", "dev.json"));
    expect(configOf("meshwright-prod")).to.deep.equal(prod);
    expect(configOf("meshwright-prod-prod")).to.deep.equal({
      ...prod,
      "flag-capture-bypasses": { enforcementLevel: "mandatory", allowedOutboundPorts: [443, 9092] },
    });
  });
});
