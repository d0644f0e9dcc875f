import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { inProcess } from "./inProcess";

const project = {
  "Pulumi.yaml": "name: shop\nruntime: nodejs\nmain: src/index.ts\n",
  "Pulumi.prod.yaml":
    "config:\n  meshwright:environment: prod\n  meshwright:options:\n    host: shop.example.org\n",
  "Pulumi.wrong.yaml": "config:\n  meshwright:options:\n    hosts: shop.example.org\n",
  "src/catalog.ts": `import { defineMesh } from "meshwright";
export const catalog = (host: string) => defineMesh({
  name: "shop",
  services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
  gateways: { web: {
    hosts: { [host]: { tls: { credentialName: "shop-cert" }, routes: [{ prefix: "/", service: "web" }] } },
  } },
});
`,
  "src/index.ts": `import { z } from "zod";
import { definePlatform, deploy } from "meshwright";
import { catalog } from "./catalog";

export = deploy(definePlatform({
  name: "shop",
  options: z.strictObject({ host: z.hostname() }).partial(),
  catalog: (_, { host = "shop.example.com" }) => catalog(host),
}));
`,
};

describe("cli/project", function () {
  this.timeout(60_000); // the first run compiles what it needs
  let folder: string;
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  };
  beforeEach(() => {
    // Beside node_modules, where zod is.
    folder = mkdtempSync(join(__dirname, "project-"));
    write(project);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("works on the project of the current folder as its stack sets it up, named or not", async () => {
    const [checked, named, rendered] = await Promise.all([
      inProcess(["check"], { cwd: folder }),
      inProcess(["check", "shop", "--stack", "prod"], { cwd: folder }),
      inProcess(["render", "--stack", "prod", "--out", "deploy"], { cwd: folder }),
    ]);
    expect(checked.stdout, checked.stderr).to.equal("shop: no findings");
    expect(named.stdout).to.equal("shop: no findings");
    expect(rendered.exitCode, rendered.stderr).to.equal(0);
    expect(rendered.stderr).to.contain("kubectl create secret tls shop-cert -n istio-ingress");
    expect(readFileSync(join(folder, "deploy", "releases", "kiali.yaml"), "utf8")).to.contain("replicas: 2");
    const gateway = readFileSync(join(folder, "deploy", "shop", "gateway-web.yaml"), "utf8");
    expect(gateway).to.contain("shop.example.org");
    const explained = await inProcess(["explain", "Gateway/web"], { cwd: folder });
    expect(explained.stdout).to.contain("shop.example.com").and.to.contain("gateways.web");
  });

  it("works on a program in JavaScript", async () => {
    write({
      "Pulumi.yaml": "name: shop\nruntime: nodejs\nmain: index.js\n",
      "package.json": '{ "name": "shop" }',
      "index.js": `const { deploy, definePlatform } = require(${JSON.stringify(join(__dirname, "..", "..", "dist"))});
const services = { web: { ports: { http: { port: 8080, protocol: "http" } } } };
module.exports = deploy(definePlatform({ name: "shop", catalog: { name: "shop", services } }));
`,
    });
    const { stdout, stderr } = await inProcess(["check"], { cwd: folder });
    expect(stdout, stderr).to.match(/^shop: /);
  });

  it("tells which settings of a stack are wrong", async () => {
    const { exitCode, stderr } = await inProcess(["check", "--stack", "wrong"], { cwd: folder });
    expect(stderr).to.contain('meshwright:options.hosts is unknown; did you mean "host"?');
    expect(exitCode).to.equal(1);
    const missing = await inProcess(["check", "--stack", "staging"], { cwd: folder });
    expect(missing.stderr).to.contain('There is no stack "staging" here');
  });

  it("refuses a program that Pulumi would not run, or that has no platforms", async () => {
    const refusal = async (files: Readonly<Record<string, string>>): Promise<string> => {
      write(files);
      return (await inProcess(["check"], { cwd: folder })).stderr;
    };
    const asDefault = project["src/index.ts"].replace("export =", "export default");
    expect(await refusal({ "src/index.ts": asDefault })).to.contain(
      "src/index.ts exports its program as default, but it is a CommonJS module",
    );
    expect(await refusal({ "package.json": '{ "type": "module" }' })).to.equal("");
    expect(await refusal({ "src/index.ts": "export const name = 1;\n" })).to.contain(
      "src/index.ts exports no program that `deploy` returned, so it has no platforms",
    );
    expect(await refusal({ "src/index.ts": 'throw new Error("no network");\n' })).to.contain(
      "The program src/index.ts can't be loaded: no network",
    );
    expect(await refusal({ "Pulumi.yaml": "name: shop\nruntime: python\n" })).to.contain(
      'has the runtime "python"',
    );
  });

  it("tells where platforms are found", async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), "elsewhere-"));
    try {
      const none = await inProcess(["check"], { cwd: elsewhere });
      expect(none.stderr).to.contain("There is no Pulumi project in");
      expect(none.exitCode).to.equal(2);
      const named = await inProcess(["check", "alfred"], { cwd: elsewhere });
      expect(named.stderr).to.contain('"alfred" is neither a platform nor a file.');
      const other = await inProcess(["check", "alfred"], { cwd: folder });
      expect(other.stderr).to.contain("Name a platform (shop) or the path of a catalog.");
    } finally {
      rmSync(elsewhere, { recursive: true });
    }
  });
});
