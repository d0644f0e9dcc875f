import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { http, metadata, render } from "./render";

const accounts = (services: MeshDefinition["services"]): object[] =>
  render({ name: "shop", services }).filter(({ kind }) => kind === "ServiceAccount");

describe("serviceAccount", () => {
  const workload = { image: "registry.example.com/web:1" };

  it("is one for each service that the catalog deploys", () => {
    expect(accounts({ web: { ports: { http }, workload }, api: { workload }, db: {} })).to.deep.equal([
      { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("api", "services.api") },
      { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("web", "services.web") },
    ]);
  });

  it("has the name and annotations that the catalog gives it, and is left to another tool where that creates it", () => {
    const role = { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/web" };
    expect(
      accounts({
        web: { ports: { http }, workload, serviceAccount: { name: "frontend", annotations: role } },
        api: { workload, serviceAccount: { name: "backend", create: false } },
        db: { serviceAccount: { create: true } },
      }),
    ).to.deep.equal([
      { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("db", "services.db") },
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: {
          ...metadata("frontend", "services.web"),
          annotations: { ...role, "meshwright.dev/from": "services.web" },
        },
      },
    ]);
  });

  it("is one object where services share it", () => {
    const serviceAccount = { name: "shared" };
    expect(accounts({ web: { workload, serviceAccount }, api: { workload, serviceAccount } })).to.deep.equal([
      { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("shared", "services.api,services.web") },
    ]);
  });
});
