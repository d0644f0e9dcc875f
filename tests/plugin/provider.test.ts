import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { provider } from "../../plugin/provider";
import { registrations } from "../components/registrations";

type Constructed = pulumi.provider.ConstructResult;

/** What the engine asks for, with what it gets and what is registered meanwhile. */
async function construct(
  type: string,
  inputs: pulumi.Inputs,
): Promise<{ readonly registered: string[][]; readonly state: unknown }> {
  let result: Promise<Constructed> | undefined;
  const seen = await registrations(() => {
    result = provider.construct("shop", type, inputs, {});
  });
  const { state } = (await result) ?? {};
  const known = await new Promise((resolve) => pulumi.output(state).apply(resolve));
  return { registered: seen.map((one) => [one.type, one.name]), state: known };
}

describe("plugin/provider", () => {
  it("makes a component of its type, and gives its outputs", async () => {
    const { registered, state } = await construct("meshwright:index:MeshNamespace", { name: "shop" });
    expect(registered).to.deep.equal([
      ["meshwright:index:MeshNamespace", "shop"],
      ["kubernetes:core/v1:Namespace", "shop-namespace"],
    ]);
    expect(state).to.deep.equal({ namespaceName: "shop" });
  });

  it("takes a catalog as plain JSON", async () => {
    const catalog = {
      name: "shop",
      services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
    };
    const { registered, state } = await construct("meshwright:index:ServiceMesh", { catalog });
    expect(registered[0]).to.deep.equal(["meshwright:index:ServiceMesh", "shop"]);
    expect(registered.map(([type]) => type)).to.include(
      "kubernetes:security.istio.io/v1:AuthorizationPolicy",
    );
    expect(state).to.have.nested.property("objectCounts.AuthorizationPolicy").that.is.greaterThan(0);
  });

  /** The message of the refusal. */
  const refusal = (type: string, inputs: pulumi.Inputs): Promise<string> =>
    provider.construct("shop", type, inputs, {}).then(
      () => "not refused",
      (error: unknown) => (error as Error).message,
    );

  it("refuses a catalog with errors as the component does", async () => {
    const message = await refusal("meshwright:index:ServiceMesh", { catalog: { name: "shop", services: 1 } });
    expect(message)
      .to.contain("services")
      .and.to.match(/MW\d{3}/);
  });

  it("refuses a type that it doesn't have", async () => {
    expect(await refusal("meshwright:index:Mesh", {})).to.equal(
      'meshwright has no component "meshwright:index:Mesh". Use one of meshwright:index:IstioControlPlane, ' +
        "meshwright:index:MeshNamespace, meshwright:index:Observability, meshwright:index:ServiceMesh",
    );
  });
});
