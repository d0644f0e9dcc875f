import { expect } from "chai";
import type { PlannedResource } from "../../../cli/update/savedPlan";
import { fewest, type Stages, stagesOf } from "../../../cli/update/stages";

const mesh = "urn:pulumi:local::shop::meshwright:index:ServiceMesh";
const provider = "urn:pulumi:local::shop::pulumi:providers:kubernetes::default";
const routes = `${mesh}$kubernetes:networking.istio.io/v1:VirtualService::`;
const route = (index: number, more: Partial<PlannedResource> = {}): [string, PlannedResource] => [
  `${routes}shop-${index}`,
  {
    type: "kubernetes:networking.istio.io/v1:VirtualService",
    steps: ["create"],
    inputs: {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: `web-${index}`, namespace: "shop" },
    },
    parent: `${mesh}::shop`,
    dependencies: [],
    propertyDependencies: {},
    provider: `${provider}::04da6b54-80e4-46f7-96ec-b56ff0331ba9`,
    ...more,
  },
];
const routesOf = (count = fewest): [string, PlannedResource][] =>
  Array.from({ length: count }, (_, index) => route(index));
const other = (
  type: string,
  steps: readonly string[],
  more: Partial<PlannedResource> = {},
): [string, PlannedResource] => [
  `urn:pulumi:local::shop::${type}::one`,
  { type, steps, inputs: {}, dependencies: [], propertyDependencies: {}, ...more },
];
const component = (step = "same"): [string, PlannedResource] => [
  `${mesh}::shop`,
  { type: "meshwright:index:ServiceMesh", steps: [step], dependencies: [], propertyDependencies: {} },
];
const stages = (...resources: [string, PlannedResource][]): Stages | undefined =>
  stagesOf(new Map(resources));

describe("cli/update/stages", () => {
  it("leaves many plain objects to the second stage, and needs no first one if nothing else changes", () => {
    const found = stages(component(), ...routesOf());
    expect(found?.first).to.equal(false);
    expect(found?.patterns).to.deep.equal([`${routes}**`]);
    expect([...(found?.objects.keys() ?? [])]).to.have.length(fewest);
  });

  it("has no stages for few objects", () => {
    expect(stages(component(), ...routesOf(fewest - 1))).to.equal(undefined);
    const same = route(fewest, { steps: ["same"] });
    expect(stages(component(), ...routesOf(fewest - 1), same)).to.equal(undefined);
  });

  it("counts updates and deletions, whose outcome is found by doing them again", () => {
    const deleted = { type: "", steps: ["delete"], dependencies: [], propertyDependencies: {} };
    const more: [string, PlannedResource][] = [
      route(fewest, { steps: ["update"], inputs: { spec: {} } }),
      [`${routes}gone`, { ...deleted, type: "kubernetes:networking.istio.io/v1:VirtualService" }],
    ];
    expect(stages(component(), ...routesOf(fewest - 2), ...more)?.objects.size).to.equal(fewest);
  });

  for (const [what, one] of [
    ["a component", component("create")],
    ["a Helm release", other("kubernetes:helm.sh/v3:Release", ["create"])],
    ["a Secret", other("kubernetes:core/v1:Secret", ["update"])],
    ["a password", other("random:index/randomPassword:RandomPassword", ["create"])],
    ["a provider", other("pulumi:providers:kubernetes", ["create"])],
    ["a patch", other("kubernetes:core/v1:ServicePatch", ["create"])],
    ["an object without a name", other("kubernetes:core/v1:ConfigMap", ["create"])],
    [
      "an object with an unknown value",
      other("kubernetes:core/v1:ConfigMap", ["update"], {
        inputs: { data: { a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } },
      }),
    ],
    [
      "an object with an encrypted value",
      other("kubernetes:core/v1:ConfigMap", ["update"], {
        inputs: { data: { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" } },
      }),
    ],
  ] as const) {
    it(`has ${what} in the first stage`, () => {
      const found = stages(one, ...routesOf());
      expect(found?.first).to.equal(true);
      expect(found?.patterns).to.deep.equal([`${routes}**`]);
    });
  }

  it("has what others depend on in the first stage, with all of its type", () => {
    const namespace: [string, PlannedResource] = [
      `${mesh}$kubernetes:core/v1:Namespace::shop`,
      {
        ...{ type: "kubernetes:core/v1:Namespace", steps: ["create"], dependencies: [] },
        inputs: { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
        propertyDependencies: {},
      },
    ];
    const release = (dependencies: string[]) =>
      other("kubernetes:helm.sh/v3:Release", ["same"], { dependencies });
    const patterns = (...more: [string, PlannedResource][]) => stages(...more, ...routesOf())?.patterns;
    expect(patterns(namespace, release([]))).to.have.length(2);
    expect(patterns(namespace, release([namespace[0]]))).to.deep.equal([`${routes}**`]);
    expect(stages(release([`${routes}shop-1`]), ...routesOf())).to.equal(undefined);
    const one = other("kubernetes:core/v1:Secret", ["create"], {
      propertyDependencies: { metadata: [namespace[0]] },
    });
    expect(patterns(namespace, one)).to.deep.equal([`${routes}**`]);
  });

  it("has no stages if a resource is replaced, or one of the first stage is deleted", () => {
    const replaced = route(0, { steps: ["create-replacement", "replace", "delete-replaced"] });
    expect(stages(replaced, ...routesOf().slice(1), route(fewest))).to.equal(undefined);
    expect(stages(other("kubernetes:core/v1:Secret", ["delete"]), ...routesOf())).to.equal(undefined);
  });
});
