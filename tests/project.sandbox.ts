import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";

const root = join(__dirname, "..");

describe("the packages in a project of one's own", function () {
  this.timeout(900_000);
  let folder: string;
  const tarballs: string[] = [];
  const run = async (cwd: string, line: string, wrong = false): Promise<string> => {
    const [program = "", ...args] = line.split(" ");
    const { exitCode, all } = await execa(program, args, {
      cwd,
      reject: false,
      all: true,
      env: { NO_COLOR: "1" },
    });
    expect(exitCode === 0, `${line}\n${all}`).to.equal(!wrong);
    return all;
  };
  const install = (cwd: string, ...packages: string[]): Promise<string> =>
    run(cwd, ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...packages].join(" "));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const megabytes = async (cwd: string): Promise<number> =>
    Number((await run(cwd, "du -sm node_modules")).split("\t")[0]);
  const tell = (line: string): void => {
    process.stdout.write(`      ${line}\n`);
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "packages-"));
    for (const source of [root, join(root, "policy-pack")]) {
      await run(source, "npm run --silent build");
      await run(source, `npm pack --silent --ignore-scripts --pack-destination ${folder}`);
    }
    tarballs.push(...readdirSync(folder).map((name) => join(folder, name)));
    expect(tarballs.map((path) => path.slice(folder.length + 1))).to.have.members([
      "meshwright-0.1.0.tgz",
      "meshwright-policy-pack-0.1.0.tgz",
    ]);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const catalog = `import { checkMesh, defineMesh } from "meshwright";
export const catalog = defineMesh({
  name: "shop",
  services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
});
if (checkMesh(catalog).findings.length > 0) throw new Error("findings");
`;

  it("check and render a catalog in CI without any SDK, in 60 MB, and say what status lacks", async () => {
    const ci = join(folder, "ci");
    write(join(ci, "mesh.ts"), catalog);
    const start = Date.now();
    await install(ci, tarballs.find((path) => path.endsWith("meshwright-0.1.0.tgz")) ?? "");
    const size = await megabytes(ci);
    tell(`check and render: ${size} MB, ${Math.round((Date.now() - start) / 1000)} s`);
    expect(size).to.be.at.most(60);
    expect(await run(ci, "npx meshwright check mesh.ts")).to.equal("mesh.ts: no findings");
    expect(await run(ci, "npx meshwright render mesh.ts")).to.contain("kind: AuthorizationPolicy");
    expect(await run(ci, "npx meshwright status", true)).to.contain("npm install @kubernetes/client-node");

    const home = join(ci, "node_modules", "meshwright");
    const files = readdirSync(home, { recursive: true, encoding: "utf8" });
    expect(files.filter((path) => path.endsWith(".map"))).to.deep.equal([]);
  });

  it("come up from an empty folder by the README's lines, with one copy of Pulumi's SDK", async () => {
    const shop = join(folder, "shop");
    mkdirSync(shop);
    const start = Date.now();
    await install(shop, ...tarballs);
    await run(shop, "npx meshwright init");
    await install(shop);
    tell(`a project: ${await megabytes(shop)} MB, installed in ${Math.round((Date.now() - start) / 1000)} s`);
    const copies = readdirSync(join(shop, "node_modules"), { recursive: true, encoding: "utf8" });
    expect(copies.filter((path) => path.endsWith("@pulumi/pulumi/package.json"))).to.deep.equal([
      "@pulumi/pulumi/package.json",
    ]);
    await run(shop, "npm run check");
    try {
      const up = await run(shop, "npx meshwright up");
      expect(up).to.contain("shop runs on the sandbox").and.to.contain("@meshwright/policy-pack");
      tell(`from an empty folder to a mesh: ${Math.round((Date.now() - start) / 1000)} s`);
      const status = await run(shop, "npx meshwright status");
      expect(status)
        .to.match(/shop\/web .*\n/)
        .and.to.match(/monitoring\/grafana/);
    } finally {
      await run(shop, "npx meshwright down");
    }
  });

  it("are read by ES modules and CommonJS, under TypeScript 5.9 and 6", async () => {
    const home = join(folder, "consumer");
    write(join(home, "esm.mjs"), catalog.replace("export const", "const"));
    write(
      join(home, "cjs.cjs"),
      catalog
        .replace(/^import (.*) from (".*");/, "const $1 = require($2);")
        .replace("export const", "const"),
    );
    write(join(home, "catalog.ts"), catalog);
    write(
      join(home, "program.ts"),
      `import { ServiceMesh, type ServiceMeshArgs } from "meshwright/pulumi";
import { catalog } from "./catalog";
const args: ServiceMeshArgs = { catalog };
export const mesh = () => new ServiceMesh("shop", args);
`,
    );
    const meshwright = tarballs.find((path) => path.endsWith("meshwright-0.1.0.tgz")) ?? "";
    for (const typescript of ["5.9", "6"]) {
      await install(home, meshwright, "@pulumi/pulumi@3.270.0", `typescript@${typescript}`, "@types/node@22");
      await run(
        home,
        "npx tsc --noEmit --strict --module nodenext --target es2023 --skipLibCheck catalog.ts program.ts",
      );
    }
    for (const file of ["esm.mjs", "cjs.cjs"]) await run(home, `node ${file}`);
  });
});
