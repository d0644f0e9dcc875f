import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { type LocalPulumi, localPulumi, localStack } from "../../cli/pulumi";
import type { Resource } from "../../policy-pack/tests/engine";
import {
  defaultDeny,
  destinationRule,
  namespace,
  peerAuthentication,
} from "../../policy-pack/tests/resources";
import { type SandboxStatus, startSandbox } from "../../sandbox";
import { type Harness, harness } from "../sandbox/harness";
import { plainProgram, type Way, wayOf, ways } from "./plainProgram";
import { resourceViolations, stackViolations, surroundings } from "./violations";

const policyPack = join(__dirname, "..", "..", "policy-pack");
const everything = [
  ...surroundings,
  ...[...stackViolations, ...resourceViolations].map(({ resource }) => resource),
];

/** How a run of `pulumi` ended, and what the pack said in it. */
interface Run {
  readonly ok: boolean;
  readonly text: string;
  readonly mandatory: readonly { readonly policy: string; readonly message: string }[];
}

describe("the pack in the engine, with a program of plain resources", () => {
  let h: Harness;
  let status: SandboxStatus;
  let stack: Promise<LocalPulumi> | undefined;
  let kinds: string;
  const projects: string[] = [];

  before(async () => {
    h = await harness();
    status = await startSandbox(h.options(h.folder()));
    // Istio's definitions, without its webhooks: the API server would take every object that follows.
    const base = ["install", "definitions", "base", "--repo", status.chartRepository ?? ""];
    const where = ["--namespace", "istio-system", "--create-namespace", "--set", "defaultRevision="];
    await execa(h.toolchain.program("helm"), [...base, ...where], {
      env: { KUBECONFIG: status.kubeconfig, HELM_CACHE_HOME: join(status.state, "helm") },
    });
    const definitions = await h.kubectl(status.state, [
      ...["get", "customresourcedefinitions", "--output"],
      "jsonpath={.items[*].metadata.name}",
    ]);
    const istio = definitions.split(" ").filter((name) => name.endsWith(".istio.io"));
    kinds = [...istio, "deployments", "secrets", "namespaces"].join(",");
  });
  after(async () => {
    for (const project of projects) await rm(project, { recursive: true, force: true });
    await h.clean();
  });

  async function run(
    { judge = true, way }: { readonly judge?: boolean; readonly way?: Way },
    resources: readonly Resource[],
    command: string,
    ...args: string[]
  ): Promise<Run> {
    const repository = status.chartRepository ?? "";
    const project = plainProgram(resources, repository, way === undefined ? wayOf : () => way);
    projects.push(project);
    // All programs are of one project, so the stack is set up once.
    const { program, options, configFile, underPack } = await (stack ??= localPulumi(
      h.toolchain,
      status,
      project,
    ));
    const target = [
      "--stack",
      localStack,
      "--config-file",
      configFile,
      "--non-interactive",
      "--color",
      "never",
    ];
    const pack = judge ? underPack(policyPack) : [];
    const { exitCode, all } = await execa(program, [command, ...target, ...args, ...pack], {
      ...options,
      cwd: project,
      reject: false,
      all: true,
    });
    return { ok: exitCode === 0, text: all, mandatory: mandatoryOf(all) };
  }
  const judged = (resources: readonly Resource[], command: string, ...args: string[]): Promise<Run> =>
    run({}, resources, command, ...args);

  /** Names of everything that the program's kinds could have put on the cluster. */
  async function created(): Promise<string[]> {
    const objects = await h.kubectl(status.state, ["get", kinds, "-A", "-o", "name"]);
    return objects.split("\n").filter(
      // The definitions' own release, and what a cluster has anyway.
      (name) => name !== "" && !/definitions|namespace\/(default|kube-.*|istio-system)$/.test(name),
    );
  }

  it("up tells every violation by the name of its policy, and creates nothing", async () => {
    const { ok, text, mandatory } = await judged(everything, "up", "--yes");
    expect(ok).to.equal(false);
    for (const { policy, message } of [...resourceViolations, ...stackViolations]) {
      expect(
        mandatory.some((said) => said.policy === policy && said.message.startsWith(message)),
        `${policy}: ${message}\n${text}`,
      ).to.equal(true);
    }
    expect(text).to.not.contain("hunter2");
    expect(await created()).to.deep.equal([]);
  });

  // What stops a run is the same for all policies: the engine, which asks before it creates a resource.
  for (const way of ways) {
    it(`up creates nothing if one policy alone is violated, also without a preview: by a ${way}`, async () => {
      const violation = resourceViolations.find(({ resource }) =>
        [0, 1].some((index) => wayOf(resource, index) === way),
      );
      if (violation === undefined) throw new Error(`There is no violation by a ${way}`);
      const { policy, resource, message } = violation;
      const skip = ["up", "--yes", "--skip-preview"] as const;
      const { ok, text, mandatory } = await run({ way }, [resource], ...skip);
      expect(ok, text).to.equal(false);
      const said = mandatory.filter((one) => one.policy === policy);
      expect(
        said.some((one) => one.message.startsWith(message)),
        text,
      ).to.equal(true);
      expect(await created()).to.deep.equal([]);
    });
  }

  describe("once something is there", () => {
    const shop = [namespace(), defaultDeny(), destinationRule()];
    const strict = peerAuthentication();

    it("up passes what violates nothing", async () => {
      const { ok, text, mandatory } = await judged([...shop, strict], "up", "--yes");
      expect(ok, text).to.equal(true);
      expect(mandatory).to.deep.equal([]);
      expect(await created()).to.include("peerauthentication.security.istio.io/default");
    });

    it("up does not take away what makes the mesh STRICT", async () => {
      const { ok, text, mandatory } = await judged(shop, "up", "--yes");
      expect(ok, text).to.equal(false);
      expect([...new Set(mandatory.map(({ policy }) => policy))]).to.deep.equal(["require-mesh-wide-strict"]);
      expect(await created()).to.include("peerauthentication.security.istio.io/default");
    });

    it("up takes away what violates a policy, for what goes is not judged", async () => {
      const weak = peerAuthentication({ mtls: { mode: "PERMISSIVE" } }, "shop");
      const unjudged = await run({ judge: false }, [...shop, strict, weak], "up", "--yes", "--skip-preview");
      expect(unjudged.ok, unjudged.text).to.equal(true);
      expect((await judged([...shop, strict, weak], "preview")).ok).to.equal(false);
      const { ok, text } = await judged([...shop, strict], "up", "--yes");
      expect(ok, text).to.equal(true);
      const left = await h.kubectl(status.state, ["get", "peerauthentications", "-A", "-o", "name"]);
      expect(left.split("\n")).to.have.length(1);
    });
  });
});

/** The mandatory violations in what `pulumi` printed: a line per policy, and its messages below. */
function mandatoryOf(text: string): { policy: string; message: string }[] {
  const violations: { policy: string; message: string }[] = [];
  let policy: string | undefined;
  for (const line of text.split("\n")) {
    const [, level, name] = /^\s+- \[(\w+)\].*?\]\s+([a-z-]+)\s/.exec(line) ?? [];
    if (name !== undefined) policy = level === "mandatory" ? name : undefined;
    else if (line.trim() === "" || /^\S/.test(line)) policy = undefined;
    else if (policy !== undefined) violations.push({ policy, message: line.trim() });
  }
  return violations;
}
