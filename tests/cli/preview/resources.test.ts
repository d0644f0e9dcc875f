import { expect } from "chai";
import { resourceChanges } from "../../../cli/preview/resources";
import { IstioControlPlane, Observability, ServiceMesh, withPlan } from "../../../components";
import { releaseInputs } from "../../../components/plain";
import { platformList, platformNames } from "../../../platforms";
import { observabilityName, type Plan, planOf, releasesOf } from "../../../program/plan";
import { readSettings } from "../../../program/settings";
import { releaseType, secretKey, type StateResource } from "../../../program/stackState";
import { registrations } from "../../components/registrations";

const empty = { caFile: "", certFile: "", keyFile: "", password: "", username: "" };

/**
 * The state of a stack after its first deployment, as far as the inputs go: those that the components register with
 * Pulumi's mocks. tests/platforms/alfred.sandbox.ts reads a state that the real engine has written.
 */
async function deployed(plan: Plan): Promise<StateResource[]> {
  const registered = await registrations(() => {
    new IstioControlPlane("istio", plan.controlPlane);
    new ServiceMesh(plan.name, withPlan({ catalog: plan.catalog }, { ...plan, secrets: [] }));
    const { observability } = plan;
    if (observability) new Observability(observabilityName, withPlan(observability.args, observability.plan));
  });
  return registered.map(({ type, name, inputs: { repositoryOpts, ...inputs } }) => ({
    urn: `urn:pulumi:dev::shop::meshwright:index:ServiceMesh$${type}::${name}`,
    type,
    // The provider fills in what a release leaves out of its repository.
    inputs: {
      ...inputs,
      ...(repositoryOpts !== undefined && { repositoryOpts: { ...empty, ...(repositoryOpts as object) } }),
    },
    ...(!type.startsWith("meshwright:") && { id: name }),
  }));
}

const planNamed = (platform: string, values: Readonly<Record<string, string>> = {}): Plan =>
  planOf(readSettings(platformList, { get: (key) => ({ platform, ...values })[key] }));

const service = { apiVersion: "v1", kind: "Service", metadata: { name: "web", namespace: "shop" } };
const resource = (
  type: string,
  inputs: object,
  component = "meshwright:index:ServiceMesh$",
): StateResource => ({
  urn: `urn:pulumi:dev::shop::${component}${type}::one`,
  type,
  id: "one",
  inputs: inputs as Readonly<Record<string, unknown>>,
});

describe("cli/preview/resources", function () {
  this.timeout(60_000);

  for (const platform of platformNames) {
    it(`finds nothing to change where ${platform} is as its program declares it`, async () => {
      const plan = planNamed(platform);
      const { changes, unchanged, others } = resourceChanges(await deployed(plan), plan);
      expect(changes).to.deep.equal([]);
      expect(unchanged).to.be.greaterThan(50);
      expect(Object.keys(others).sort()).to.deep.equal([
        "kubernetes:core/v1:Secret",
        "random:index/randomPassword:RandomPassword",
      ]);
    });
  }

  it("finds nothing to change in charts of a registry, which have no repository", () => {
    const plan = planNamed("voicecore");
    const controlPlane = { ...plan.controlPlane, repository: "oci://registry.example.com/charts" };
    const releases = releasesOf({ ...plan, controlPlane }).map((one) =>
      resource(releaseType, { ...releaseInputs(one), repositoryOpts: { ...empty, repo: "" } }),
    );
    const { changes } = resourceChanges(releases, { ...plan, controlPlane });
    const updated = changes.filter(({ action }) => action === "update").map(({ name }) => name);
    expect(updated.filter((name) => name.startsWith("istio"))).to.deep.equal([]);
  });

  it("names what an update creates, changes and deletes, with the fields", async () => {
    const plan = planNamed("voicecore");
    const state = await deployed(plan);
    const [first] = plan.objects.filter(({ kind }) => kind === "DestinationRule");
    if (first === undefined) throw new Error("there is no DestinationRule");
    const { name, namespace } = first.metadata;
    const changed: Plan = {
      ...plan,
      objects: plan.objects
        .filter((one) => one !== first)
        .concat({ ...first, metadata: { ...first.metadata, name: "other" } }),
      controlPlane: { ...plan.controlPlane, version: "1.2.3" },
    };
    const { changes } = resourceChanges(state, changed);
    expect(changes.filter(({ kind }) => kind === "DestinationRule")).to.deep.equal(
      [
        { action: "create", kind: "DestinationRule", namespace, name: "other", fields: [] },
        { action: "delete", kind: "DestinationRule", namespace, name, fields: [] },
      ].sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
    const releases = changes.filter(({ kind }) => kind === "Release");
    expect(releases.find((one) => one.name === "istiod")).to.deep.equal({
      action: "update",
      kind: "Release",
      namespace: "istio-system",
      name: "istiod",
      fields: ["values.global.tag", "version"].map((path) => ({
        path,
        before: plan.controlPlane.version,
        after: "1.2.3",
      })),
    });
    expect(changes.map(({ kind }) => kind)).to.deep.equal(changes.map(({ kind }) => kind).sort());
  });

  it("deletes nothing that the program declares by itself, and compares no Secret", () => {
    const plan = planNamed("voicecore");
    const own = [
      resource("kubernetes:core/v1:Service", service, ""),
      resource("kubernetes:core/v1:Secret", { ...service, kind: "Secret" }),
      resource("random:index/randomPassword:RandomPassword", { length: 32 }),
      {
        urn: "urn:pulumi:dev::shop::pulumi:providers:kubernetes::one",
        type: "pulumi:providers:kubernetes",
        id: "1",
      },
    ];
    const found = resourceChanges(own, plan);
    expect(found.changes.filter(({ action }) => action !== "create")).to.deep.equal([]);
    expect(found.others).to.deep.equal({
      "kubernetes:core/v1:Service": 1,
      "kubernetes:core/v1:Secret": 1,
      "random:index/randomPassword:RandomPassword": 1,
    });
    const ours = resourceChanges([resource("kubernetes:core/v1:Service", service)], plan);
    expect(ours.changes.filter(({ action }) => action === "delete")).to.deep.equal([
      { action: "delete", kind: "Service", namespace: "shop", name: "web", fields: [] },
    ]);
  });

  it("compares Services without Pulumi's annotation, and no encrypted value", () => {
    const plan = planNamed("voicecore");
    const adopted = {
      ...service,
      metadata: { ...service.metadata, annotations: { "meshwright.dev/adopted": "true" } },
      spec: { ports: [{ port: 80 }] },
    };
    const withAdopted: Plan = { ...plan, objects: [...plan.objects, adopted] };
    const annotations = { ...adopted.metadata.annotations, "pulumi.com/skipAwait": "true" };
    const patch = (spec: object): StateResource =>
      resource("kubernetes:core/v1:ServicePatch", {
        ...adopted,
        metadata: { ...adopted.metadata, annotations },
        spec,
      });
    const fieldsOf = (spec: object) =>
      resourceChanges([patch(spec)], withAdopted).changes.filter(({ action }) => action === "update");
    expect(fieldsOf(adopted.spec)).to.deep.equal([]);
    expect(fieldsOf({ [secretKey]: "sealed" })).to.deep.equal([]);
    expect(fieldsOf({ ports: [{ port: 81 }] })).to.deep.equal([
      {
        action: "update",
        kind: "Service",
        namespace: "shop",
        name: "web",
        fields: [{ path: "spec.ports[0].port", before: 81, after: 80 }],
      },
    ]);
  });
});
