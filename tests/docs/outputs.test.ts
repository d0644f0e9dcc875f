import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { ServiceMesh } from "../../components";
import { blocksOf } from "./markdown";

const page = readFileSync(join(__dirname, "..", "..", "docs", "guide", "outputs.md"), "utf8");
const blocks = blocksOf(page).filter(({ language }) => language === "js");

const http = { port: 8080, protocol: "http" };
const workload = { image: "registry.example.com/any:1.0.0" };
const catalog = {
  name: "shop",
  services: { web: { ports: { http }, calls: { cart: {} }, workload }, cart: { ports: { http }, workload } },
};

describe("docs/guide/outputs.md", () => {
  it("has programs that run, and do what the page says", async () => {
    const seen = new Map<string, string>();
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs }) => {
        seen.set(name, JSON.stringify(inputs));
        const outputs = { bankHost: "bank.example.com" };
        const state: object = type === "pulumi:pulumi:StackReference" ? { outputs } : (inputs as object);
        return { id: name, state };
      },
      call: () => ({}),
    });
    const given = {
      ...{ pulumi, k8s, ServiceMesh, catalog },
      image: { imageUri: pulumi.output("registry.example.com/web@sha256:00") },
      repository: { url: pulumi.output("registry.example.com/cart") },
      database: { password: pulumi.secret("hunter2") },
    };
    const source = blocks.map(({ text }) => text).join("\n");
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the page's own text
    const program = new Function(
      ...Object.keys(given),
      `return (async () => { ${source}; return externalServices; })();`,
    ) as (...values: unknown[]) => Promise<unknown>;
    const externalServices = await program(...Object.values(given));
    await pulumi.runtime.disconnect();

    expect(externalServices).to.deep.equal({
      bank: { host: "bank.example.com", ports: { https: { port: 443, protocol: "tls" } } },
    });
    expect(seen.get("shop-Deployment/shop/web")).to.include('"image":"registry.example.com/web@sha256:00"');
    expect(seen.get("shop-Deployment/shop/cart")).to.include('"image":"registry.example.com/cart:2.0.1"');
    expect(seen.get("cart-db")).to.include("hunter2");
  });
});
