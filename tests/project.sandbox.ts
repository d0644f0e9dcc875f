import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { blocksOf } from "./docs/markdown";

const root = join(__dirname, "..");

/** The commands of README.md that make a project and bring it up, without their comments. */
const lines = (
  blocksOf(readFileSync(join(root, "README.md"), "utf8")).find(({ text }) =>
    text.includes("npx meshwright init"),
  )?.text ?? ""
)
  .split("\n")
  .map((line) => line.replace(/ +#.*/, ""))
  .filter((line) => line !== "");

describe("the packages in a project of one's own", function () {
  this.timeout(900_000);
  let folder: string;
  let start: number;
  const run = async (cwd: string, line: string, wrong = false): Promise<string> => {
    const [program = "", ...args] = line.split(" ");
    const { exitCode, all } = await execa(program, args, {
      cwd,
      reject: false,
      all: true,
      env: {
        NO_COLOR: "1",
        npm_config_prefer_offline: "true",
        npm_config_audit: "false",
        npm_config_fund: "false",
      },
    });
    expect(exitCode === 0, `${line}\n${all}`).to.equal(!wrong);
    return all;
  };
  const write = (path: string, text: string): void => {
    writeFileSync(join(folder, path), text);
  };
  const tell = async (what: string, cwd: string): Promise<number> => {
    const size = Number((await run(cwd, "du -sm node_modules")).split("\t")[0]);
    process.stdout.write(`      ${what}: ${size} MB, ${Math.round((Date.now() - start) / 1000)} s\n`);
    return size;
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "packages-"));
    for (const source of [root, join(root, "policy-pack")]) {
      await run(source, "npm run --silent build");
      await run(source, `npm pack --silent --ignore-scripts --pack-destination ${folder}`);
    }
    expect(readdirSync(folder)).to.have.members(["meshwright-0.1.0.tgz", "meshwright-policy-pack-0.8.0.tgz"]);
    for (const name of ["ci", "my-mesh"]) mkdirSync(join(folder, name));
    start = Date.now();
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const catalog = (load: string): string => `${load}
const catalog = defineMesh({
  name: "shop",
  services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
});
if (checkMesh(catalog).findings.length > 0) throw new Error("findings");
`;
  const imported = catalog('import { checkMesh, defineMesh } from "meshwright";');

  it("check and render a catalog in CI without any SDK, in 60 MB, and say what status lacks", async () => {
    const ci = join(folder, "ci");
    await run(ci, "npm install ../meshwright-0.1.0.tgz");
    expect(await tell("check and render", ci)).to.be.at.most(60);
    write("ci/mesh.ts", `${imported}export { catalog };\n`);
    expect(await run(ci, "npx meshwright check mesh.ts")).to.equal("mesh.ts: no findings");
    expect(await run(ci, "npx meshwright render mesh.ts")).to.contain("kind: AuthorizationPolicy");
    expect(await run(ci, "npx meshwright status", true)).to.contain("npm install @kubernetes/client-node");
    write("ci/module.mjs", imported);
    write("ci/common.cjs", catalog('const { checkMesh, defineMesh } = require("meshwright");'));
    for (const file of ["module.mjs", "common.cjs"]) await run(ci, `node ${file}`);

    const files = readdirSync(join(ci, "node_modules", "meshwright"), { recursive: true, encoding: "utf8" });
    expect(files.filter((path) => path.endsWith(".map"))).to.deep.equal([]);
  });

  it("come up from an empty folder by the README's lines, compile under TypeScript 5.9 and 6, and serve other languages", async () => {
    const project = join(folder, "my-mesh");
    const [enter, ...commands] = lines;
    expect(enter).to.equal("cd .. && mkdir my-mesh && cd my-mesh");
    expect(commands.slice(-3)).to.deep.equal(
      ["up", "status", "down"].map((name) => `npx meshwright ${name}`),
    );
    start = Date.now();
    for (const line of commands.slice(0, -3)) await run(project, line);
    await tell("a project", project);
    const files = readdirSync(join(project, "node_modules"), { recursive: true, encoding: "utf8" });
    expect(files.filter((path) => path.endsWith("@pulumi/pulumi/package.json"))).to.deep.equal([
      "@pulumi/pulumi/package.json",
    ]);
    try {
      const up = await run(project, "npx meshwright up");
      expect(up).to.contain("my-mesh runs on the sandbox").and.to.contain("@meshwright/policy-pack");
      await tell("from an empty folder to a mesh", project);
      expect(await run(project, "npx meshwright status"))
        .to.match(/my-mesh\/web .*\n/)
        .and.to.match(/monitoring\/grafana/);
    } finally {
      await run(project, "npx meshwright down");
    }
    for (const tier of ["static", "xds", "traffic"]) {
      const proofs = await run(project, `npx meshwright prove --stack prod --tier ${tier}`);
      expect(proofs).to.match(/\d+ of \d+ claims proven \(\d+ %\), 0 refuted, /);
      process.stdout.write(`      ${tier}: ${proofs.trim().split("\n").at(-1) ?? ""}\n`);
    }

    write(
      "my-mesh/component.ts",
      `import { ServiceMesh, type ServiceMeshArgs } from "meshwright/pulumi";
import { catalog } from "./catalog";
const args: ServiceMeshArgs = { catalog };
export const mesh = () => new ServiceMesh("shop", args);
`,
    );
    expect(await run(project, "npx tsc --version")).to.match(/^Version 6\./);
    await run(project, "npm run check");
    await run(project, "npm install --no-save typescript-5.9@npm:typescript@5.9");
    await run(project, "node node_modules/typescript-5.9/bin/tsc --noEmit");

    const schema = await servedSchema(project, join("node_modules", "meshwright", "plugin"));
    expect(Object.keys(schema.resources)).to.have.members([
      "meshwright:index:IstioControlPlane",
      "meshwright:index:MeshNamespace",
      "meshwright:index:Observability",
      "meshwright:index:ServiceMesh",
    ]);
  });
});

/** Starts a plugin as Pulumi's engine does for `runtime: nodejs`, and returns its schema. */
async function servedSchema(cwd: string, plugin: string): Promise<{ readonly resources: object }> {
  expect(readFileSync(join(cwd, plugin, "PulumiPlugin.yaml"), "utf8")).to.equal("runtime: nodejs\n");
  const host = execa("node", [join("node_modules", "@pulumi", "pulumi", "cmd", "run-plugin"), plugin], {
    cwd,
  });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      host.stdout.once("data", (line: Buffer) => {
        resolve(line.toString().trim());
      });
      host.catch(reject);
    });
    const client = `
      const { ResourceProviderClient } = require("@pulumi/pulumi/proto/provider_grpc_pb");
      const { GetSchemaRequest } = require("@pulumi/pulumi/proto/provider_pb");
      const grpc = require("@grpc/grpc-js");
      new ResourceProviderClient("127.0.0.1:${port}", grpc.credentials.createInsecure()).getSchema(
        new GetSchemaRequest(),
        (error, response) => console.log(error ? error.message : response.getSchema()),
      );`;
    const { stdout } = await execa("node", ["-e", client], { cwd });
    return JSON.parse(stdout) as { resources: object };
  } finally {
    host.kill();
    await host.catch(() => undefined);
  }
}
