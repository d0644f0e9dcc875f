import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import {
  deployment,
  documents,
  meshNamespace,
  policy,
  service,
  strict,
} from "../../cli/audit/rules/examples";
import { inProcess } from "./inProcess";
import { meshwright } from "./run";

const namespace = meshNamespace;
const caller = policy(
  "web",
  "rules: [{ from: [{ source: { principals: [cluster.local/ns/shop/sa/weeb] } }] }]",
);
const dev = ["--environment", "dev"];

describe("cli/audit", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "audit-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("prints findings grouped by object, with file, line and fix; errors fail it", async () => {
    writeFileSync(join(folder, "shop.yaml"), documents(namespace, strict, deployment("web"), caller));
    const { stdout, exitCode } = await inProcess(["audit", "shop.yaml", ...dev], { cwd: folder });
    expect(exitCode).to.equal(1);
    expect(stdout.split("\n").filter((line) => !line.includes("Add one, named"))).to.deep.equal([
      "Namespace shop",
      "  error require-default-deny shop.yaml:1",
      "",
      "AuthorizationPolicy shop/web",
      "  warning MW937 shop.yaml:25",
      "    The rule names cluster.local/ns/shop/sa/weeb, and no workload of the namespace shop among the objects has this service account.",
      "    fix: Name one of: shop/web",
      "",
      "4 objects: 1 error, 1 warning",
    ]);
  });

  it("fails for warnings with --strict, and takes settings of policies", async () => {
    const settings = join(folder, "policy.json");
    writeFileSync(settings, JSON.stringify({ "require-default-deny": "advisory" }));
    writeFileSync(join(folder, "warned.yaml"), documents(namespace, strict, deployment("web"), caller));
    const args = ["audit", "warned.yaml", ...dev, "--policy-config", settings];
    const { stdout, exitCode } = await inProcess(args, { cwd: folder });
    expect(stdout).to.match(/4 objects: 2 warnings$/);
    expect(exitCode).to.equal(0);
    expect((await inProcess([...args, "--strict"], { cwd: folder })).exitCode).to.equal(1);
  });

  it("prints JSON and SARIF with the same findings", async () => {
    writeFileSync(join(folder, "shop.yaml"), documents(namespace, strict, deployment("web"), caller));
    const audit = (format: string): ReturnType<typeof inProcess> =>
      inProcess(["audit", "shop.yaml", ...dev, "--format", format], { cwd: folder });
    const json = JSON.parse((await audit("json")).stdout) as {
      objects: number;
      findings: { code: string; line?: number; column?: number }[];
    };
    expect(json.objects).to.equal(4);
    expect(json.findings.map(({ code, line }) => `${code} ${line ?? ""}`)).to.deep.equal([
      "require-default-deny 1",
      "MW937 25",
    ]);
    const { runs } = JSON.parse((await audit("sarif")).stdout) as {
      runs: {
        tool: { driver: { rules: { id: string; help: { markdown?: string } }[] } };
        results: {
          ruleId: string;
          level: string;
          locations: {
            physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } };
          }[];
        }[];
      }[];
    };
    const [run] = runs;
    expect(
      run?.results.map(({ ruleId, level, locations }) => [
        ruleId,
        level,
        locations[0]?.physicalLocation.region.startLine,
      ]),
    ).to.deep.equal([
      ["require-default-deny", "error", 1],
      ["MW937", "warning", 25],
    ]);
    const rules = run?.tool.driver.rules ?? [];
    for (const { ruleId } of run?.results ?? [])
      expect(rules.find(({ id }) => id === ruleId)?.help.markdown).to.not.equal(undefined);
  });

  it("says what it can't read, and has no finding in a mesh that is right", async () => {
    writeFileSync(join(folder, "broken.yaml"), "apiVersion: v1\nkind: [Service\n");
    const broken = await inProcess(["audit", "broken.yaml"], { cwd: folder });
    expect(broken.exitCode).to.equal(1);
    expect(broken.stdout)
      .to.contain("error MW920 broken.yaml:")
      .and.to.match(/0 objects: 1 error$/);
    const right = documents(
      namespace,
      strict,
      "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: default-deny, namespace: shop }\nspec: {}\n",
      deployment("web"),
      service("web"),
      caller.replace("weeb", "web"),
      `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: web, namespace: shop }
spec:
  host: web
  trafficPolicy:
    connectionPool:
      tcp: { maxConnections: 100 }
      http: { http1MaxPendingRequests: 100, http2MaxRequests: 100, maxRetries: 3 }
    outlierDetection: { consecutive5xxErrors: 5, interval: 30s, baseEjectionTime: 30s, maxEjectionPercent: 50 }
`,
    );
    writeFileSync(join(folder, "right.yaml"), right);
    const { stdout, exitCode } = await inProcess(["audit", "right.yaml", ...dev], { cwd: folder });
    expect(stdout).to.equal("7 objects: no findings");
    expect(exitCode).to.equal(0);
  });

  it("refuses wrong usage, and names the fix", async () => {
    const cases: [string[], number, string][] = [
      [["audit"], 2, "No manifests are named."],
      [["audit", "--cluster", "x.yaml"], 1, "x.yaml does not exist."],
      [["audit", "nothing.yaml"], 1, "nothing.yaml does not exist."],
      [["audit", "-", "--environment", "test"], 2, "Allowed choices are dev, staging, prod"],
    ];
    for (const [args, code, message] of cases) {
      const { stderr, exitCode } = await inProcess(args, { cwd: folder });
      expect(stderr).to.contain(message);
      expect(exitCode, args.join(" ")).to.equal(code);
    }
    writeFileSync(join(folder, "values.yaml"), "replicas: 2\n");
    const empty = await inProcess(["audit", "values.yaml"], { cwd: folder });
    expect(empty.stderr).to.contain("There are no Kubernetes objects in values.yaml.");
    writeFileSync(join(folder, "catalog.ts"), "export const catalog = {};\n");
    const program = await inProcess(["audit", "catalog.ts"], { cwd: folder });
    expect([program.exitCode, program.stderr]).to.deep.equal([
      2,
      "error: catalog.ts is a program, not a manifest.\nfix:   Name YAML or JSON. To check a catalog: meshwright check catalog.ts",
    ]);
    expect((await inProcess(["audit", "--help"])).stdout).to.contain(
      "helm template ./chart | meshwright audit -",
    );
  });

  it("judges standard input, without Pulumi's SDK and without the client of Kubernetes", async () => {
    const hook = join(folder, "hook.cjs");
    writeFileSync(
      hook,
      `const { Module } = require("node:module");
const load = Module._load;
Module._load = (name, ...rest) => {
  if (/^@(pulumi|kubernetes)\\//.test(name)) throw new Error(name + " is loaded");
  return load(name, ...rest);
};
`,
    );
    const input = documents(namespace, strict, deployment("web"), caller);
    const nodeArgs = ["--require", hook];
    const files = await meshwright(["audit", "-", "--environment", "prod"], { input, nodeArgs });
    expect(files.stdout)
      .to.contain("stdin:1")
      .and.to.match(/4 objects: 2 errors, 1 warning$/);
    const cluster = await meshwright(["audit", "--cluster"], { nodeArgs });
    expect(cluster.stderr).to.contain("@kubernetes/client-node is loaded");
  });
});
