import { expect } from "chai";
import { ServiceMesh } from "../../components";
import { registrations } from "./registrations";

describe("components/serviceMesh", () => {
  it("generates the passwords of its workloads' Secrets, each once, before the pods that need them", async () => {
    const all = await registrations(() => {
      new ServiceMesh("shop", {
        catalog: {
          name: "shop",
          services: {
            db: {
              workload: {
                image: "db:1",
                generatedSecrets: { db: "password" },
                env: { PASSWORD: { valueFrom: { secretKeyRef: { name: "db", key: "password" } } } },
              },
            },
          },
        },
      });
    });
    const of = (type: string) => all.filter((one) => one.type === type);
    expect(
      of("random:index/randomPassword:RandomPassword").map(({ name, inputs }) => [name, inputs]),
    ).to.deep.equal([["shop-shop/db-password", { length: 32, special: false }]]);
    expect(of("kubernetes:core/v1:Secret").map(({ name, inputs }) => [name, inputs.metadata])).to.deep.equal([
      ["shop-Secret/shop/db", { name: "db", namespace: "shop" }],
    ]);
    const order = all.map(({ type }) => type);
    expect(order.indexOf("kubernetes:core/v1:Secret")).to.be.below(
      order.indexOf("kubernetes:apps/v1:Deployment"),
    );
  });
});
