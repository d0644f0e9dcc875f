import { expect } from "chai";
import { normalize, workloadSecrets } from "../../catalog";

const from = (name: string, key: string, optional?: boolean) => ({
  valueFrom: { secretKeyRef: { name, key, ...(optional !== undefined && { optional }) } },
});

describe("workloadSecrets", () => {
  it("are those that workloads generate or require, each once with all of its keys", () => {
    const mesh = normalize({
      name: "shop",
      services: {
        db: {
          workload: {
            image: "db:1",
            generatedSecrets: { db: "password" },
            env: { PASSWORD: from("db", "password") },
          },
        },
        web: {
          namespace: "front",
          workload: {
            image: "web:1",
            env: {
              LEVEL: "info",
              TOKEN: from("web", "token"),
              KEY: from("web", "key"),
              MAYBE: from("other", "x", true),
              HOST: { valueFrom: { configMapKeyRef: { name: "web", key: "host" } } },
            },
          },
        },
      },
    });
    expect(workloadSecrets(mesh)).to.deep.equal([
      { namespace: "front", name: "web", keys: ["key", "token"], generated: false },
      { namespace: "shop", name: "db", keys: ["password"], generated: true },
    ]);
  });
});
