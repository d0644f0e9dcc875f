import { mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";

const repository = join(__dirname, "..", "..");

/** Configuration of the stack of {@link shopProject}. */
export const shopConfig = { "meshwright:environment": "dev", "meshwright:observability": "false" };

/**
 * A new folder with a Pulumi project of one service behind a gateway, and of `more` services that it calls. Its program is
 * the compiled one.
 */
export function shopProject(more = 0): string {
  const folder = mkdtempSync(join(tmpdir(), "shop-"));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "Pulumi.local.yaml"), stringify({ config: shopConfig }));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "shop" }));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: shop\nruntime: nodejs\nmain: index.js\n");
  writeShop(folder, more);
  return folder;
}

/** Writes the project's program anew, with another number of services. */
export function writeShop(folder: string, more: number): void {
  writeFileSync(
    join(folder, "index.js"),
    `const { deploy } = require(${JSON.stringify(join(repository, "dist", "program", "deploy"))});
const { definePlatform } = require(${JSON.stringify(join(repository, "dist", "program", "platform"))});
const http = { port: 8080, protocol: "http" };
const more = Array.from({ length: ${more} }, (_, index) => ["more-" + index, { ports: { http }, workload: { image: "web:1", replicas: 1 } }]);
const catalog = {
  name: "shop",
  services: { ...Object.fromEntries(more), web: { ports: { http }, resilience: { timeout: "10s" }, workload: { image: "web:1", replicas: 1 }, calls: Object.fromEntries(more.map(([name]) => [name, {}])) } },
  gateways: {
    public: {
      hosts: {
        "shop.example.com": {
          tls: { credentialName: "shop-cert" },
          routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
        },
      },
    },
  },
};
module.exports = deploy(definePlatform({ name: "shop", catalog }));
`,
  );
}
