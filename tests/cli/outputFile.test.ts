import { spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { checkOutput, writeOutput } from "../../cli/outputFile";
import { makeFolder } from "../../toolchain/makeFolder";
import { inProcess } from "./inProcess";
import { meshwright, meshwrightMain } from "./run";

const catalog = "services: { web: { ports: { http: { port: 8080, protocol: http } } } }\nname: shop\n";

describe("cli: places that can't be written", function () {
  this.timeout(60_000);
  let folder: string;
  let mesh: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "output-"));
    mesh = join(folder, "mesh.yaml");
    writeFileSync(mesh, catalog);
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("are an error that names them, and never a hang", async () => {
    const noFolder = process.platform === "linux" ? "/proc/meshwright/x" : join(folder, "mesh.yaml", "x");
    for (const args of [
      ["render", mesh, "--out", noFolder],
      ["init", noFolder],
      ["graph", mesh, "--out", noFolder],
      ["prove", mesh, "--tier", "static", "--junit", noFolder],
      ["prove", mesh, "--tier", "static", "--logs", noFolder],
      ["prove", mesh, "--tier", "static", "--logs", mesh],
    ]) {
      const { exitCode, stderr } = await inProcess(args);
      expect(exitCode, args.join(" ")).to.be.oneOf([1, 2]);
      expect(stderr, args.join(" "))
        .to.contain(args.at(-1))
        .and.contain("fix:")
        .and.not.contain("bug in Meshwright");
    }
  });

  it("are an error if their name is empty, and not the current folder", async () => {
    const cwd = join(folder, "project");
    mkdirSync(cwd);
    for (const [args, name] of [
      [["init", ""], "folder"],
      [["init", "own", "--name", ""], "--name"],
      [["check", ""], "catalogs"],
      [["render", mesh, "--out", ""], "--out"],
      [["graph", mesh, "--out", ""], "--out"],
      [["explain", mesh, "--token", ""], "--token"],
      [["prove", mesh, "--junit", ""], "--junit"],
    ] as const) {
      const { exitCode, stderr } = await inProcess([...args], { cwd });
      expect(exitCode, args.join(" ")).to.equal(2);
      expect(stderr, args.join(" ")).to.match(
        new RegExp(`^error: The value of ${name} is empty\\.\nfix: `, "m"),
      );
      expect(readdirSync(cwd), args.join(" ")).to.deep.equal([]);
    }
  });

  it("are found before a proof begins, and a file beside them is written", async () => {
    const missing = join(folder, "missing", "x.xml");
    expect(() => {
      checkOutput(missing);
    }).to.throw(`${missing} can't be written: its folder does not exist, or no file can be created there.`);
    expect(() => {
      checkOutput(folder);
    }).to.throw("it is a folder");
    expect(() => {
      writeOutput(missing, "");
    }).to.throw("its folder does not exist");
    const file = join(folder, "x.xml");
    checkOutput(file);
    writeOutput(file, "text");
    checkOutput(file);
    expect(readFileSync(file, "utf8")).to.equal("text");
    const { stdout, exitCode } = await inProcess([
      "graph",
      mesh,
      "--format",
      "dot",
      "--out",
      join(folder, "a.dot"),
    ]);
    expect([stdout, exitCode]).to.deep.equal([`1 nodes and 0 links written to ${join(folder, "a.dot")}`, 0]);
  });

  it("are not the parents that are missing: folders are created with all of them", () => {
    const deep = join(folder, "a", "b", "c");
    makeFolder(deep);
    makeFolder(deep);
    expect(existsSync(deep)).to.equal(true);
    [mesh, join(mesh, "below")].forEach((path) => {
      expect(() => {
        makeFolder(path);
      }).to.throw(`${path} can't be created: ${mesh} is a file.`);
    });
    symlinkSync(join(folder, "nowhere"), join(folder, "link"));
    expect(() => {
      makeFolder(join(folder, "link", "x"));
    }).to.throw(`${join(folder, "link")} is a link that leads nowhere`);
    mkdirSync(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(folder, "good"));
    makeFolder(join(folder, "good", "x"));
    expect(existsSync(join(folder, "real", "x"))).to.equal(true);
  });

  it("are a full disk behind standard output", async function () {
    if (!existsSync("/dev/full")) this.skip();
    await meshwright(["--version"]); // compiles it
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [meshwrightMain, "schema"], {
      stdio: ["ignore", full, "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
      encoding: "utf8",
    });
    closeSync(full);
    expect(status).to.equal(1);
    expect(stderr).to.match(/^error: Standard output can't be written: no space is left on the disk\.\nfix:/);
  });
});

describe("cli: what a catalog prints", function () {
  this.timeout(60_000);

  it("goes to stderr, so that stdout has nothing but the result", async () => {
    const folder = mkdtempSync(join(tmpdir(), "prints-"));
    const file = join(folder, "mesh.cjs");
    writeFileSync(
      file,
      `console.info({ a: 1 });
module.exports = () => { console.log("called"); return { name: "shop", services: { web: { ports: { http: { port: 8080, protocol: "http" } } } } }; };`,
    );
    const { console: own } = globalThis;
    try {
      for (const args of [
        ["check", file, "--format", "json"],
        ["check", file, "--format", "sarif"],
        ["graph", file, "--format", "json"],
        ["explain", file, "web", "web", "--json"],
        ["explain", file, "Sidecar/web", "--json"],
        ["diff", file, file, "--format", "json"],
        ["prove", file, "--tier", "static", "--json"],
      ]) {
        const { stdout, stderr } = await inProcess(args);
        expect(() => JSON.parse(stdout) as unknown, `${args.join(" ")}: ${stdout} ${stderr}`).not.to.throw();
        expect(stderr, args.join(" ")).to.contain("called");
      }
      const rendered = await inProcess(["render", file]);
      expect(rendered.stdout).to.match(/^apiVersion: /);
      expect(globalThis.console).to.equal(own);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
