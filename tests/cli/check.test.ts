import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { rules } from "../../checks";
import { text as weightsText } from "../../checks/rules/weightsSum";
import { manifestGiven } from "../../checks/structure";
import { inProcess } from "./inProcess";
import { meshwright } from "./run";

const broken = {
  name: "shop",
  services: {
    web: { ports: { http: { port: 8080, protocol: "http" } }, calls: { cart: {} } },
    api: {
      ports: { http: { port: 8081, protocol: "http" } },
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1: 90, v2: 20 } },
    },
  },
};

const weights = weightsText("api", [90, 20]);

describe("cli/check", function () {
  this.timeout(60_000); // processes compile what has changed first
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "check-"));
    writeFileSync(join(folder, "broken.json"), JSON.stringify(broken));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("says that a platform has no findings, as its stack sets it up", async () => {
    const { exitCode, stdout } = await inProcess(["check", "alfred", "--stack", "prod"]);
    expect(stdout).to.equal("alfred: no findings");
    expect(exitCode).to.equal(0);
  });

  it("prints every finding of a file with path and fix, and ends with 1", async () => {
    const { exitCode, stdout } = await inProcess(["check", "broken.json"], { cwd: folder });
    expect(stdout).to.equal(
      [
        "error MW201 services.api.traffic.weights",
        `  ${weights.message}`,
        `  fix: ${weights.fix}`,
        "",
        "error MW101 services.web.calls.cart",
        '  services.web.calls.cart refers to the service "cart", which is not declared',
        '  fix: use one of "web", "api", or declare it under services',
        "",
        "broken.json: 2 errors",
      ].join("\n"),
    );
    expect(exitCode).to.equal(1);
  });

  it("finds a host that two of the named catalogs serve, and none where each has its own", async () => {
    const serving = (name: string, host: string): object => ({
      name,
      services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
      gateways: {
        public: {
          hosts: { [host]: { tls: { credentialName: name }, routes: [{ prefix: "/", service: "web" }] } },
        },
      },
    });
    const file = (name: string, host: string): string => {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(serving(name, host)));
      return `${name}.json`;
    };
    const shop = file("shop", "api.example.com");
    const bank = file("bank", "api.example.com");
    const books = file("books", "books.example.com");
    const both = await inProcess(["check", shop, bank], { cwd: folder });
    expect(both.stdout).to.equal(
      [
        "shop.json: no findings",
        "",
        "bank.json: no findings",
        "",
        "error Gateway bank/public",
        '  The catalogs "shop" and "bank" both have the host api.example.com (the first one in Gateway shop/public). Which of them applies is undefined.',
        "  fix: leave the host to one of the catalogs",
      ].join("\n"),
    );
    expect(both.exitCode).to.equal(1);
    const [json, apart, sarif] = await Promise.all([
      inProcess(["check", shop, bank, "--format", "json"], { cwd: folder }),
      inProcess(["check", shop, books], { cwd: folder }),
      inProcess(["check", shop, bank, "--format", "sarif"], { cwd: folder }),
    ]);
    expect(JSON.parse(json.stdout)).to.deep.equal({
      catalogs: [
        { catalog: "shop.json", findings: [] },
        { catalog: "bank.json", findings: [] },
      ],
      delegates: [],
      sharedHosts: [
        {
          host: "api.example.com",
          first: { catalog: "shop", title: "Gateway shop/public" },
          second: { catalog: "bank", title: "Gateway bank/public" },
        },
      ],
    });
    expect(json.exitCode).to.equal(1);
    expect(apart.stdout).to.equal("shop.json: no findings\n\nbooks.json: no findings");
    expect(apart.exitCode).to.equal(0);
    expect(sarif.exitCode).to.equal(2);
    expect(sarif.stderr).to.contain("--format sarif has the findings of one catalog, and 2 are named.");
  });

  it("finds delegates that do not fit their host in another catalog, and none where they do", async () => {
    const http = { port: 8080, protocol: "http" };
    const write = (name: string, catalog: object): string => {
      writeFileSync(join(folder, `${name}.json`), JSON.stringify(catalog));
      return `${name}.json`;
    };
    const edge = write("edge", {
      name: "edge",
      services: { home: { ports: { http } } },
      gateways: {
        public: {
          hosts: {
            "www.example.com": {
              tls: { credentialName: "www" },
              routes: [{ prefix: "/", service: "home" }],
              delegates: [{ prefix: "/shop", delegate: { name: "storefront", namespace: "shop" } }],
            },
          },
        },
      },
    });
    const shop = (file: string, exportTo: string, prefix: string, name = "storefront"): string =>
      write(file, {
        name: "shop",
        services: { web: { ports: { http } } },
        delegates: { [name]: { exportTo, prefix, routes: [{ prefix, service: "web" }] } },
      });
    const check = (other: string, ...options: string[]) =>
      inProcess(["check", edge, other, ...options], { cwd: folder });
    const fitting = await check(shop("fitting", "edge", "/shop"));
    expect(fitting.stdout).to.equal("edge.json: no findings\n\nfitting.json: no findings");
    expect(fitting.exitCode).to.equal(0);
    const [hidden, elsewhere, missing, json] = await Promise.all([
      check(shop("hidden", "other", "/shop")),
      check(shop("elsewhere", "edge", "/store")),
      check(shop("missing", "edge", "/shop", "store")),
      check("hidden.json", "--format", "json"),
    ]);
    expect(hidden.stdout).to.contain('istiod ignores it. Set exportTo to "edge".');
    expect(elsewhere.stdout).to.contain("istiod leaves the route out. Set both prefixes to the same value.");
    expect(missing.stdout).to.contain("delegates to shop/storefront, and none of these catalogs has it");
    expect(missing.stdout).to.contain('The delegate shop/store of the catalog "shop" has no host');
    for (const { exitCode } of [hidden, elsewhere, missing, json]) expect(exitCode).to.equal(1);
    const { delegates } = JSON.parse(json.stdout) as { delegates: unknown[] };
    expect(delegates).to.have.length(1);
  });

  it("prints JSON and SARIF for machines", async () => {
    const [json, sarif] = await Promise.all(
      ["json", "sarif"].map((format) =>
        inProcess(["check", "broken.json", "--format", format], { cwd: folder }),
      ),
    );
    const { catalog, findings } = JSON.parse(json?.stdout ?? "") as {
      catalog: string;
      findings: { code: string }[];
    };
    expect(catalog).to.equal("broken.json");
    expect(findings.map(({ code }) => code)).to.deep.equal(["MW201", "MW101"]);
    const { version, runs } = JSON.parse(sarif?.stdout ?? "") as {
      version: string;
      runs: { tool: { driver: { rules: { id: string }[] } }; results: Record<string, unknown>[] }[];
    };
    expect(version).to.equal("2.1.0");
    expect(runs[0]?.tool.driver.rules.map(({ id }) => id)).to.have.members(rules.map(({ code }) => code));
    expect(runs[0]?.results[0]).to.deep.equal({
      ruleId: "MW201",
      level: "error",
      message: {
        text: `services.api.traffic.weights: ${weights.message}. Fix: ${weights.fix}.`,
      },
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "broken.json" },
            region: { startLine: 1, startColumn: JSON.stringify(broken).indexOf('"weights"') + 1 },
          },
          logicalLocations: [{ fullyQualifiedName: "services.api.traffic.weights" }],
        },
      ],
    });
    expect(json?.exitCode).to.equal(1);
    expect(sarif?.exitCode).to.equal(1);
  });

  it("names in SARIF a platform's catalog beside its program, or the program itself", async () => {
    const program = JSON.stringify(join(__dirname, "..", "..", "stacks", "index.ts"));
    mkdirSync(join(folder, "platforms", "alfred"), { recursive: true });
    mkdirSync(join(folder, "stacks"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: mesh\nruntime: nodejs\nmain: stacks/index.ts\n");
    writeFileSync(join(folder, "stacks", "index.ts"), `export = require(${program});`);
    writeFileSync(
      join(folder, "Pulumi.faulty.yaml"),
      "config:\n  meshwright:environment: prod\n  meshwright:options: { faultInjection: true }\n",
    );
    const locations = async (): Promise<unknown> => {
      const { stdout } = await inProcess(["check", "alfred", "--stack", "faulty", "--format", "sarif"], {
        cwd: folder,
      });
      const { runs } = JSON.parse(stdout) as { runs: { results: { locations: object[] }[] }[] };
      return runs[0]?.results.flatMap((result) => result.locations.map((one) => Object.entries(one)));
    };
    const logical = ["logicalLocations", [{ fullyQualifiedName: "services.agent-rag.traffic.fault" }]];
    const at = (uri: string): unknown => [[["physicalLocation", { artifactLocation: { uri } }], logical]];
    expect(await locations()).to.deep.equal(at("stacks/index.ts"));
    writeFileSync(join(folder, "platforms", "alfred", "catalog.ts"), "");
    expect(await locations()).to.deep.equal(at("platforms/alfred/catalog.ts"));
  });

  it("reads YAML", async () => {
    writeFileSync(
      join(folder, "mesh.yaml"),
      "name: shop\nservices:\n  web:\n    ports: { http: { port: 80, protocol: http } }\n",
    );
    const { exitCode, stdout, stderr } = await inProcess(["check", "mesh.yaml"], { cwd: folder });
    expect(stdout, stderr).to.equal("mesh.yaml: no findings");
    expect(exitCode).to.equal(0);
  });

  for (const type of [undefined, "commonjs", "module"]) {
    it(`reads TypeScript that imports meshwright without having it installed, in a package of type ${type ?? "unsaid"}`, async () => {
      const home = mkdtempSync(join(folder, "package-"));
      writeFileSync(join(home, "package.json"), JSON.stringify({ name: "shop", type }));
      writeFileSync(join(home, "port.ts"), "export const port: number = 80;");
      writeFileSync(
        join(home, "mesh.ts"),
        `import { defineMesh } from "meshwright";
import { port } from "./port";
export const catalog = defineMesh({ name: "shop", services: { web: { ports: { http: { port, protocol: "http" } } } } });`,
      );
      const { exitCode, stdout, stderr } = await inProcess(["check", "mesh.ts"], { cwd: home });
      expect(stdout, stderr).to.equal("mesh.ts: no findings");
      expect(stderr).to.equal("");
      expect(exitCode).to.equal(0);
    });
  }

  it("reads what a CommonJS file exports, by name or alone", async () => {
    const text = '{ name: "shop", services: { web: { ports: { http: { port: 80, protocol: "http" } } } } }';
    writeFileSync(join(folder, "alone.cjs"), `module.exports = ${text};`);
    writeFileSync(join(folder, "named.cjs"), `exports.catalog = ${text};`);
    for (const file of ["alone.cjs", "named.cjs"]) {
      const { stdout, stderr } = await inProcess(["check", file], { cwd: folder });
      expect(stdout, stderr).to.equal(`${file}: no findings`);
    }
  });

  it("tells what it was given instead of a catalog", async () => {
    writeFileSync(join(folder, "empty.ts"), "export const mesh = 1;");
    const said = async (...args: string[]): Promise<string> => {
      const { exitCode, stderr } = await inProcess(["check", ...args], { cwd: folder });
      expect(exitCode).to.not.equal(0);
      return stderr;
    };
    expect(await said("alfredo")).to.match(
      /^error: "alfredo" is neither a platform nor a file\.\nfix: {3}Name a platform \(alfred,? ?.*\) or the path of a catalog\.$/,
    );
    expect(await said(".")).to.match(/^error: \. is a folder\.\nfix: {3}Name a platform/);
    expect(await said("empty.ts")).to.contain("exports no catalog; it exports mesh.\nfix:   Export it");
    expect(await said("alfred", "--stack", "qa")).to.contain('There is no stack "qa" here');
    expect(await said("broken.json", "--stack", "prod")).to.contain("does not apply to the file broken.json");
  });

  it("reads YAML and JSON from standard input, and fails for warnings with --strict only", async () => {
    const text =
      "name: shop\nservices:\n  web:\n    ports: { http: { port: 80, protocol: http } }\n    mtls: { mode: PERMISSIVE }\n";
    const given = await meshwright(["check", "-"], { input: text });
    expect(given.stdout, given.stderr).to.match(
      /^warning MW303 services\.web\.mtls\.mode\n[^]*\n-: 1 warning$/,
    );
    expect(given.exitCode).to.equal(0);
    writeFileSync(join(folder, "permissive.yaml"), text);
    const strict = await inProcess(["check", "permissive.yaml", "--strict"], { cwd: folder });
    expect(strict.exitCode).to.equal(1);
    const rendered = await inProcess(["render", "permissive.yaml"], { cwd: folder });
    expect(rendered.stderr).to.match(/^warning MW303 services\.web\.mtls\.mode: /);
    expect(rendered.exitCode).to.equal(0);
  });

  it("executes no file but TypeScript and JavaScript, and reads none but YAML and JSON", async () => {
    const file = join(folder, "harmful.txt");
    writeFileSync(file, `require("node:fs").writeFileSync(${JSON.stringify(join(folder, "harm"))}, "");`);
    const { exitCode, stdout, stderr } = await inProcess(["check", file]);
    expect(stderr).to.match(
      /^error: .*harmful\.txt is not a catalog: its extension is "\.txt"\.\nfix: {3}Name a file that ends in one of \.ts/,
    );
    expect([exitCode, stdout]).to.deep.equal([1, ""]);
    expect(existsSync(join(folder, "harm"))).to.equal(false);
  });

  it("reports one finding for a syntax error and for a manifest of Kubernetes, in every format", async () => {
    writeFileSync(join(folder, "syntax.yaml"), "name: shop\nservices:\n  web: [\n");
    writeFileSync(join(folder, "syntax.ts"), "export const catalog = {\n  name: ;\n};\n");
    for (const [file, startLine] of [
      ["syntax.yaml", 4],
      ["syntax.ts", 2],
    ] as const) {
      const people = await inProcess(["check", file], { cwd: folder });
      expect(people.stdout).to.match(new RegExp(`^error MW001 ${file}\\n[^]*\\n${file}: 1 error$`));
      const { stdout, exitCode } = await inProcess(["check", file, "--format", "sarif"], { cwd: folder });
      const { runs } = JSON.parse(stdout) as {
        runs: { results: { ruleId: string; locations: { physicalLocation: { region: object } }[] }[] }[];
      };
      expect(runs[0]?.results.map(({ ruleId }) => ruleId)).to.deep.equal(["MW001"]);
      expect(runs[0]?.results[0]?.locations[0]?.physicalLocation.region).to.include({ startLine });
      expect(exitCode).to.equal(1);
    }
    writeFileSync(join(folder, "throws.ts"), 'throw new Error("boom");\n');
    expect((await inProcess(["check", "throws.ts"], { cwd: folder })).stdout).to.match(
      /^error MW001 throws\.ts\n {2}the file can't be loaded: boom\n/,
    );
    writeFileSync(
      join(folder, "manifest.yaml"),
      "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: a }\n---\napiVersion: v1\nkind: Service\n",
    );
    const { stdout, exitCode } = await inProcess(["check", "manifest.yaml", "--format", "json"], {
      cwd: folder,
    });
    const { findings } = JSON.parse(stdout) as { findings: { code: string; message: string }[] };
    expect(findings.map(({ message }) => message)).to.deep.equal([
      manifestGiven("networking.istio.io/v1", "VirtualService").message,
    ]);
    expect(exitCode).to.equal(1);
  });

  it("names in SARIF its version and each rule's page", async () => {
    const { stdout } = await inProcess(["check", "broken.json", "--format", "sarif"], { cwd: folder });
    const { runs } = JSON.parse(stdout) as {
      runs: { tool: { driver: { version: string; rules: { id: string; help: { markdown: string } }[] } } }[];
    };
    expect(runs[0]?.tool.driver.version).to.match(/^\d+\.\d+\.\d+$/);
    for (const { id, help } of runs[0]?.tool.driver.rules ?? [])
      expect(help.markdown).to.match(new RegExp(`^# ${id}: `));
  });
});
