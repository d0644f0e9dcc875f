import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { inProcess } from "./inProcess";

const catalog = (methods: readonly string[]) => ({
  name: "shop",
  services: {
    web: { ports: { http: { port: 80, protocol: "http" } }, calls: { cart: { methods } } },
    cart: { ports: { http: { port: 8080, protocol: "http" } } },
  },
});

const guide = readFileSync(join(__dirname, "..", "..", "docs", "guide", "operation.md"), "utf8");

describe("cli/diff", function () {
  this.timeout(180_000); // The first run compiles what it needs.
  const folder = mkdtempSync(join(tmpdir(), "diff-"));
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const file = (name: string, content: unknown): string => {
    writeFileSync(join(folder, name), JSON.stringify(content));
    return name;
  };
  const run = (...args: readonly string[]) => inProcess(["diff", ...args], { cwd: folder });

  it("compares catalogs, and fails on the verdicts that it is told", async () => {
    const [old, now] = [file("old.json", catalog(["GET"])), file("now.json", catalog(["GET", "PUT"]))];
    const { stdout, exitCode } = await run(old, now);
    const [first = "", ...lines] = stdout.split("\n");
    expect(first).to.match(/^WIDER {2}shop\/web may now PUT shop\/cart \(was GET\) \[[0-9a-f]{8}\]$/);
    // The guide shows it as output, and as the declaration of an intended change.
    const shown = [...guide.matchAll(/^WIDER.*$/gm)].map(([line]) => line);
    expect(shown).to.deep.equal([first, first.replace("  ", " ")]);
    expect(lines.slice(0, 5)).to.deep.equal([
      "       at shop/cart",
      "       e.g. PUT / on port 8080 from cluster.local/ns/shop/sa/web",
      "       was denied: no rule allows (AuthorizationPolicy shop/cart)",
      "       now allowed: rule allows (AuthorizationPolicy shop/cart)",
      "       services.web.calls.cart.methods (now.json:1)",
    ]);
    expect(exitCode).to.equal(0);
    expect((await run(old, now, "--fail-on", "wider,weaker")).exitCode).to.equal(1);
    expect((await run(old, now, "--fail-on", "unrouted")).exitCode).to.equal(0);
    expect((await run(old, old, "--fail-on", "wider")).stdout).to.equal("old.json and old.json do the same.");
    writeFileSync(join(folder, "allowed"), `# The cart accepts changes now.\n${first}\n`);
    const allowed = await run(old, now, "--fail-on", "wider", "--allow", "allowed");
    expect([allowed.exitCode, allowed.stdout.includes("(declared)")]).to.deep.equal([0, true]);
    writeFileSync(join(folder, "allowed"), "everything\n");
    const broad = await run(old, now, "--allow", "allowed");
    expect([broad.exitCode, broad.stderr]).to.deep.equal([
      2,
      "error: allowed:1 is not a line that meshwright diff prints: everything\nfix:   Copy the first line of a change, such as WIDER shop/web may now PUT shop/cart (was GET) [1a2b3c4d].",
    ]);
    const wrong = await run(old, now, "--fail-on", "wide");
    expect([wrong.exitCode, wrong.stderr.includes("wide is not a verdict")]).to.deep.equal([2, true]);
  });

  it("compares manifests of any origin, in files and folders", async () => {
    const policy = (methods: readonly string[]) => ({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: "cart", namespace: "shop" },
      spec: { rules: [{ to: [{ operation: { methods } }] }] },
    });
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "cart", namespace: "shop", labels: { "sidecar.istio.io/inject": "true" } },
      spec: { containers: [{ name: "cart", ports: [{ containerPort: 8080 }] }] },
    };
    for (const [name, methods] of [
      ["a", ["GET"]],
      ["b", ["GET", "PUT"]],
    ] as const) {
      mkdirSync(join(folder, name));
      file(join(name, "policy.json"), policy(methods));
      file(join(name, "pod.json"), pod);
    }
    const { stdout } = await run("a", "b", "--format", "json");
    const { changes } = JSON.parse(stdout) as {
      changes: { verdict: string; workloads: string[]; causes: object[] }[];
    };
    expect(
      new Set(changes.map(({ verdict, workloads }) => `${verdict} ${workloads.join(",")}`)),
    ).to.deep.equal(new Set(["wider shop/cart"]));
    expect(changes[0]?.causes).to.deep.equal([
      { path: "AuthorizationPolicy shop/cart", place: "b/policy.json:1" },
    ]);
    rmSync(join(folder, "a", "pod.json"));
    rmSync(join(folder, "b", "pod.json"));
    const assumed = JSON.parse((await run("a", "b", "--format", "json")).stdout) as {
      changes: { sentence: string }[];
      assumedPods: string[];
    };
    expect(assumed.changes.map(({ sentence }) => sentence)).to.deep.equal([
      "a client without an identity may now PUT shop/* (was GET)",
      "other/ns/other/sa/other may now PUT shop/* (was GET)",
    ]);
    expect(assumed.assumedPods).to.deep.equal(["shop/*"]);
    expect((await run("a", "b")).stdout).to.match(
      /\nNo manifest creates the pods of shop\/\*: they are assumed to have a proxy and the labels that objects select\.$/,
    );
    mkdirSync(join(folder, "empty"));
    expect((await run("a", "empty")).stderr).to.include("empty has no manifests");
  });

  it("reads a revision of git, and leaves nothing behind", async () => {
    const git = (...args: readonly string[]) =>
      execa("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", ...args], { cwd: folder });
    await git("init", "--quiet", "--initial-branch", "main");
    file("mesh.json", catalog(["GET"]));
    await git("add", "mesh.json");
    await git("commit", "--quiet", "--message", "a");
    file("mesh.json", catalog(["GET", "PUT"]));
    const { stdout } = await run("main:mesh.json", "mesh.json", "--format", "markdown");
    expect(stdout).to.match(
      /^<!-- meshwright diff -->\n### Mesh: `main:mesh\.json` → `mesh\.json`\n\n1 wider\.\n/,
    );
    expect((await run("other:mesh.json", "mesh.json")).stderr).to.include('git has no revision "other"');
    expect((await run("main:nothing.json", "mesh.json")).stderr).to.include("main has no nothing.json");
    expect((await run("main", "mesh.json")).stderr).to.equal(
      'error: "main" is a git revision without a path.\nfix:   Name the catalog or the folder at that revision: main:catalog.ts',
    );
    expect((await run("other", "mesh.json")).stderr).to.include('"other" is neither a platform nor a file.');
  });
});
