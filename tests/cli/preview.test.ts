import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { loadProject, stackSettings } from "../../cli/project";
import { objectsOf, planOf } from "../../program/plan";
import { shopProject } from "../program/shopProject";
import { inProcess } from "./inProcess";

/** What `meshwright preview --format json` says. */
interface Previewed {
  readonly changes: readonly { action: string; kind: string; name: string; fields: readonly object[] }[];
  readonly unchanged: number;
  readonly policies: readonly { code: string; severity: string }[];
  readonly requests?: readonly { verdict: string; sentence: string }[];
}

describe("cli/commands/preview", function () {
  this.timeout(120_000);
  const project = shopProject(1);
  const larger = shopProject(2);
  const programs = mkdtempSync(join(tmpdir(), "pulumi-"));
  const state = mkdtempSync(join(tmpdir(), "state-"));
  after(() => {
    for (const folder of [project, larger, programs, state]) rmSync(folder, { recursive: true });
  });

  /** A stand-in of Pulumi's command line, which exports that state. */
  const exporting = (resources: readonly object[]): { PATH: string } => {
    const file = join(programs, "state.json");
    writeFileSync(file, JSON.stringify({ version: 3, deployment: { resources } }));
    const pulumi = join(programs, "pulumi");
    writeFileSync(pulumi, `#!/bin/sh\ncat ${file}\n`);
    chmodSync(pulumi, 0o755);
    return { PATH: [programs, process.env.PATH].join(delimiter) };
  };
  const stack = (environment: string): void => {
    const config = {
      "meshwright:environment": environment,
      "meshwright:observability": "false",
      "meshwright:controlPlane": "installed",
    };
    for (const folder of [project, larger]) {
      writeFileSync(join(folder, "Pulumi.dev.yaml"), stringify({ config }, { compat: "yaml-1.1" }));
    }
  };
  /** The objects that the program in the project declares, as a state has them. */
  const declared = async () => {
    const loaded = await loadProject(project);
    if (loaded === undefined) throw new Error("there is no project");
    const plan = planOf(stackSettings(loaded, undefined, "dev"));
    return objectsOf(plan)
      .flatMap(({ objects }) => objects)
      .map((inputs) => ({
        urn: `urn:pulumi:dev::shop::meshwright:index:ServiceMesh$kubernetes:x::${inputs.metadata.name}`,
        type: "kubernetes:x",
        id: inputs.metadata.name,
        inputs,
      }));
  };
  const preview = (args: readonly string[], resources: readonly object[], cwd = project) =>
    inProcess(["preview", "--stack", "dev", ...args], { cwd, env: exporting(resources) });

  before(async () => {
    stack("dev");
    // Both programs stay loaded from run to run.
    for (const folder of [project, larger]) await loadProject(folder);
  });

  it("finds nothing to change after a deployment of the same program", async () => {
    const { exitCode, stdout, stderr } = await preview([], await declared());
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.match(/^Resources\n {2}\d+ unchanged\n/);
    expect(stdout).to.contain("No request is decided, routed or secured in another way");
  });

  it("shows objects, policies and requests of a change, for people and for machines", async () => {
    const deployed = await declared();
    const text = await preview([], deployed, larger);
    expect(text.exitCode, text.stderr).to.equal(0);
    expect(text.stdout).to.contain("+ AuthorizationPolicy shop/more-1");
    expect(text.stdout).to.match(
      /~ Sidecar shop\/web\n {6}metadata.*\n {6}spec\.egress\[0\]\.hosts: \+ "shop\/more-1\.shop\.svc\.cluster\.local"\n/,
    );
    const { stdout } = await preview(["--format", "json"], deployed, larger);
    const { changes, requests, unchanged } = JSON.parse(stdout) as Previewed;
    expect(changes.filter(({ action }) => action === "delete")).to.deep.equal([]);
    expect(unchanged).to.equal(deployed.length - changes.filter(({ action }) => action === "update").length);
    expect(requests?.map(({ verdict }) => verdict)).to.deep.equal(["changed", "added"]);
  });

  it("prints what the guide shows", async () => {
    const earlier = (await declared()).map(({ inputs, ...resource }) => ({
      ...resource,
      inputs: JSON.parse(JSON.stringify(inputs).replace('"timeout":"10s"', '"timeout":"5s"')) as object,
    }));
    const { exitCode, stdout, stderr } = await preview([], earlier);
    expect(exitCode, stderr).to.equal(0);
    const guide = readFileSync(join(__dirname, "..", "..", "docs", "guide", "operation.md"), "utf8");
    expect(guide).to.contain(`$ npx meshwright preview --stack dev\n${stdout}\n\`\`\`\n`);
  });

  it("fails for what a mandatory policy refuses in the stack's environment", async () => {
    const deployed = await declared();
    const settings = join(project, "policies.json");
    const judged = async (...args: readonly string[]) => {
      const { exitCode, stdout } = await preview(["--format", "json", ...args], deployed);
      const { policies } = JSON.parse(stdout) as Previewed;
      return {
        exitCode,
        errors: policies.filter(({ severity }) => severity === "error").map(({ code }) => code),
      };
    };
    expect(await judged()).to.deep.equal({ exitCode: 0, errors: [] });
    stack("prod");
    const prod = await judged();
    expect(prod.exitCode).to.equal(1);
    expect(new Set(prod.errors)).to.deep.equal(new Set(["bound-timeouts"]));
    const advisory = Object.fromEntries([...new Set(prod.errors)].map((name) => [name, "advisory"]));
    writeFileSync(settings, JSON.stringify(advisory));
    expect(await judged("--policy-config", settings)).to.deep.equal({ exitCode: 0, errors: [] });
    stack("dev");
  });

  it("creates everything at a first deployment", async () => {
    const { stdout } = await preview(["--format", "json"], []);
    const { changes, unchanged, requests } = JSON.parse(stdout) as Previewed;
    expect(new Set(changes.map(({ action }) => action))).to.deep.equal(new Set(["create"]));
    expect([unchanged, requests]).to.deep.equal([0, undefined]);
  });

  it("reads the sandbox's own stack, with the addresses that only the sandbox knows", async () => {
    const missing = await inProcess(["preview", "--state", state], { cwd: project });
    expect([missing.exitCode, missing.stderr]).to.deep.equal([
      1,
      `error: Nothing has been deployed to the sandbox in ${state} yet.\nfix:   Deploy it: meshwright up, or name a stack: --stack <name>`,
    ]);
    mkdirSync(join(state, "project"));
    writeFileSync(
      join(state, "project", "Pulumi.local.yaml"),
      stringify({ config: { "meshwright:chartRepository": "http://127.0.0.1:1" } }, { compat: "yaml-1.1" }),
    );
    const { exitCode, stdout, stderr } = await inProcess(["preview", "--state", state, "--format", "json"], {
      cwd: project,
    });
    const { changes } = JSON.parse(stdout || "{}") as Previewed;
    expect(exitCode, stderr).to.equal(0);
    expect(changes.map(({ kind, name }) => `${kind} ${name}`)).to.include("Release istiod");
  });

  it("says that a project is missing, or that a stack is", async () => {
    const outside = await inProcess(["preview"], { cwd: programs });
    expect([outside.exitCode, outside.stderr.split("\n")[0]]).to.deep.equal([
      2,
      `error: There is no Pulumi project in ${programs}: Pulumi.yaml is missing.`,
    ]);
    const unknown = await inProcess(["preview", "--stack", "none"], { cwd: project });
    expect([unknown.exitCode, unknown.stderr]).to.satisfy(
      ([exitCode, stderr]: [number, string]) =>
        exitCode === 1 && stderr.includes('There is no stack "none" here'),
    );
  });
});
