import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import { transformSync } from "@swc/core";
import { expect } from "chai";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { policies } from "../policies";
import type { Resource } from "./engine";
import { messages } from "../policies/requireCircuitBreakers";
import {
  authorizationPolicy,
  defaultDeny,
  deployment,
  destinationRule,
  istiod,
  namespace,
  peerAuthentication,
  route,
  virtualService,
} from "./resources";

const root = join(__dirname, "..");

/** Starts the pack from its sources and sends requests, as the engine does. */
describe("the pack's server", function () {
  this.timeout(300_000);
  let pack: ChildProcess;
  let client: AnalyzerClient;
  let output = "";
  let compiled: string;

  before(async () => {
    const runner = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    compiled = mkdtempSync(join(root, "node_modules", ".server-"));
    compile(compiled);
    pack = spawn(process.execPath, [runner, "127.0.0.1:1", join(compiled, "policy-pack", "index.js")], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, PULUMI_CONFIG: '{"meshwright:environment":"dev"}' },
    });
    let errors = "";
    pack.stderr?.on("data", (chunk) => (errors += String(chunk)));
    pack.stdout?.on("data", (chunk) => (output += String(chunk)));
    if (pack.stdout) await Promise.race([once(pack.stdout, "data"), once(pack, "exit")]);
    expect(output, errors).to.match(/^\d+\n$/);
    client = new AnalyzerClient(`127.0.0.1:${output.trim()}`, credentials.createInsecure());
  });

  after(() => {
    pack.kill(); // first, because a failed start would otherwise leave the process running
    rmSync(compiled, { recursive: true });
    client.close();
  });

  it("introduces every policy with its level", async () => {
    const info = await call<analyzer.AnalyzerInfo>((done) => client.getAnalyzerInfo(new Empty(), done));
    expect(info.getName()).to.equal("meshwright");
    const introduced = info
      .getPoliciesList()
      .map((policy) => [policy.getName(), policy.getEnforcementlevel()]);
    const { ADVISORY, MANDATORY } = analyzer.EnforcementLevel;
    expect(introduced).to.deep.equal(
      policies.map(({ name, enforcementLevel }) => [
        name,
        enforcementLevel === "advisory" ? ADVISORY : MANDATORY,
      ]),
    );
  });

  it("judges resources and stacks, within the configured limits", async () => {
    expect(await analyze(destinationRule())).to.deep.equal([]);
    const config = new analyzer.PolicyConfig();
    config.setEnforcementlevel(analyzer.EnforcementLevel.MANDATORY);
    config.setProperties(Struct.fromJavaScript({ maxConnections: 50 }));
    const request = new analyzer.ConfigureAnalyzerRequest();
    request.getPolicyconfigMap().set("bound-circuit-breakers", config);
    await call((done) => client.configure(request, done));
    expect(await analyze(destinationRule())).to.deep.equal([
      "DestinationRule shop/catalog: spec.trafficPolicy.connectionPool.tcp.maxConnections is 100, above the limit of 50. " +
        "Set it to at most 50.",
    ]);
    // One replica is refused in prod, but the stack's environment is dev.
    expect(await analyze(istiod())).to.deep.equal([]);
    expect(await analyzeStack([istiod(), peerAuthentication()])).to.deep.equal([]);
    expect(await analyzeStack([istiod()])).to.have.length(1);
  });

  it("judges a stack of 5,000 resources", async () => {
    const services = Array.from({ length: 1250 }, (_, index) => `s${index}`);
    const stack = services.flatMap((name) => [
      renamed(destinationRule({ host: name }), name),
      renamed(virtualService([route({ route: [{ destination: { host: name } }] })]), name),
      renamed(authorizationPolicy(), name),
      renamed(deployment(), name),
    ]);
    const mesh = [istiod(), peerAuthentication(), namespace(), defaultDeny()];
    const orphan = virtualService([route({ route: [{ destination: { host: "s1250" } }] })]);
    expect(await analyzeStack([...mesh, ...stack, orphan])).to.deep.equal([
      messages.missing("VirtualService shop/catalog", "spec.http[0].route[0].destination.host", "s1250"),
    ]);
  });

  it("writes nothing to stdout but its port", () => {
    expect(output).to.match(/^\d+\n$/);
  });

  async function analyze({ type, name, props }: Resource): Promise<string[]> {
    const request = new analyzer.AnalyzeRequest();
    request.setType(type);
    request.setName(name);
    request.setProperties(Struct.fromJavaScript(props as Parameters<typeof Struct.fromJavaScript>[0]));
    request.setOptions(new analyzer.AnalyzerResourceOptions());
    return mandatory(await call((done) => client.analyze(request, done)));
  }

  async function analyzeStack(resources: Resource[]): Promise<string[]> {
    const request = new analyzer.AnalyzeStackRequest();
    for (const { type, name, props } of resources) {
      const resource = new analyzer.AnalyzerResource();
      resource.setType(type);
      resource.setName(name);
      resource.setProperties(Struct.fromJavaScript(props as Parameters<typeof Struct.fromJavaScript>[0]));
      resource.setOptions(new analyzer.AnalyzerResourceOptions());
      request.addResources(resource);
    }
    return mandatory(await call((done) => client.analyzeStack(request, done)));
  }
});

/** Compiles the pack without its types, which are checked elsewhere. Checking them takes longer than these tests. */
function compile(folder: string): void {
  const sources = globSync(
    ["policy-pack/*.ts", "policy-pack/{facts,policies,reading,witness}/**/*.ts", "effect/**/*.ts"],
    {
      cwd: join(root, ".."),
    },
  );
  for (const file of sources) {
    const source = readFileSync(join(root, "..", file), "utf8");
    const { code } = transformSync(source, {
      jsc: { parser: { syntax: "typescript" }, target: "es2023" },
      module: { type: "commonjs" },
    });
    const path = join(folder, file.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, code);
  }
}

function renamed({ type, props }: Resource, name: string): Resource {
  return { type, name, props: { ...props, metadata: { ...(props.metadata as object), name } } };
}

/** The messages that stop an update. */
function mandatory(response: analyzer.AnalyzeResponse): string[] {
  const diagnostics = response
    .getDiagnosticsList()
    .filter((diagnostic) => diagnostic.getEnforcementlevel() === analyzer.EnforcementLevel.MANDATORY);
  // The server puts the policy's description on the first line.
  return diagnostics.map((diagnostic) => diagnostic.getMessage().split("\n").slice(1).join("\n"));
}

function call<T>(send: (done: (error: Error | null, response: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    send((error, response) => {
      if (error) reject(error);
      else resolve(response);
    });
  });
}
