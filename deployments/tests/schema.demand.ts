import { readFileSync } from "node:fs";
import { expect } from "chai";
import { describe, it } from "mocha";
import { policyConfiguration, publishedPack } from "../configuration";
import { resourcesOf } from "../settings";
import { table } from "../stacks";

interface Property {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
}
interface ObjectType {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}
interface Schema {
  readonly types: Readonly<Record<string, ObjectType>>;
  readonly resources: Readonly<
    Record<
      string,
      { inputProperties: Readonly<Record<string, Property>>; requiredInputs?: readonly string[] }
    >
  >;
}

/** Everything in which `value` differs from what the schema says of it, with its place. */
function problemsOf(schema: Schema, value: unknown, property: Property, path: string): string[] {
  if (property.$ref === "pulumi.json#/Any") return [];
  if (property.$ref !== undefined) {
    const type = schema.types[property.$ref.replace("#/types/", "")];
    if (type === undefined) return [`${path}: the schema has no ${property.$ref}`];
    return problemsOfObject(schema, value, type.properties ?? {}, type.required ?? [], path);
  }
  if (property.type === "array") {
    if (!Array.isArray(value)) return [`${path} is no array`];
    return value.flatMap((item, i) => problemsOf(schema, item, property.items ?? {}, `${path}[${i}]`));
  }
  if (property.type === "object") {
    const entries = Object.entries(value as object);
    return entries.flatMap(([key, item]) =>
      problemsOf(schema, item, property.additionalProperties ?? {}, `${path}.${key}`),
    );
  }
  return typeof value === property.type ? [] : [`${path} is a ${typeof value}, not a ${property.type ?? ""}`];
}

function problemsOfObject(
  schema: Schema,
  value: unknown,
  properties: Readonly<Record<string, Property>>,
  required: readonly string[],
  path: string,
): string[] {
  const given = value as Readonly<Record<string, unknown>>;
  return [
    ...required.filter((name) => given[name] === undefined).map((name) => `${path}.${name} is missing`),
    ...Object.entries(given).flatMap(([name, item]) => {
      const property = properties[name];
      return property === undefined
        ? [`${path}.${name} is unknown`]
        : problemsOf(schema, item, property, `${path}.${name}`);
    }),
  ];
}

/**
 * The program's inputs against the provider's own schema. Not among the tests that always run, since the schema isn't
 * in the provider's package:
 *
 *   pulumi package get-schema pulumiservice@1.3.0 > schema.json
 *   SCHEMA=$PWD/schema.json npm run test:deployment-schema
 */
describe("the provider's schema", () => {
  const schema = JSON.parse(readFileSync(process.env.SCHEMA ?? "", "utf8")) as Schema;
  const problems = (type: string, args: unknown, path: string) => {
    const resource = schema.resources[`pulumiservice:index:${type}`];
    if (resource === undefined) return [`the schema has no ${type}`];
    return problemsOfObject(schema, args, resource.inputProperties, resource.requiredInputs ?? [], path);
  };
  const resources = resourcesOf(
    {
      ...table,
      stacks: { ...table.stacks, demo: { ...every(), expires: "2027-01-31T18:00:00Z", agentPoolId: "p" } },
    },
    publishedPack(table),
    (policy) => policyConfiguration(table, policy),
  );

  it("knows every input, has it in this type, and misses none", () => {
    const all = (type: string, records: Readonly<Record<string, unknown>>) =>
      Object.entries(records).flatMap(([name, args]) => problems(type, args, `${type} ${name}`));
    expect([
      ...all("DeploymentSettings", resources.settings),
      ...all("DriftSchedule", resources.driftSchedules),
      ...all("TtlSchedule", resources.ttlSchedules),
      ...all("PolicyPack", { pack: resources.policyPack }),
      ...all("PolicyGroup", resources.policyGroups),
    ]).to.deep.equal([]);
    expect(Object.keys(resources.ttlSchedules)).to.deep.equal(["demo"]);
  });

  it("would refuse what it does not know, in another type, or misses", () => {
    const { dev } = resources.settings;
    const wrong = { ...dev, stack: 1, vcs: { repository: "example/shop", branch: "main" } };
    expect(problems("DeploymentSettings", wrong, "dev")).to.have.members([
      "dev.stack is a number, not a string",
      "dev.vcs.provider is missing",
      "dev.vcs.branch is unknown",
    ]);
  });
});

function every() {
  const [stack] = Object.values(table.stacks);
  if (stack === undefined) throw new Error("the table has no stack");
  return stack;
}
