import { join } from "node:path";
import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import type * as platforms from "../../platforms";
import type * as deploying from "../../program/deploy";
import { missingPackage } from "../../program/missingPackage";

const root = join(__dirname, "..", "..");

/** A function of a module, and what takes its place. */
interface Wrap {
  /** The module's path from the root. */
  readonly module: string;
  readonly name: string;
  readonly wrap: (original: unknown) => unknown;
}

const noPreflight: Wrap = {
  module: "program/preflight",
  name: "preflight",
  wrap: () => () => Promise.resolve(),
};

/**
 * Loads the repository's modules anew, with functions replaced, and runs Voicecore's program from them. Afterwards the
 * modules that were loaded before are back.
 *
 * @param wraps in the order of their imports: a module stands after those that it imports.
 * @returns the outputs of the program.
 */
async function deployedWith(...wraps: readonly Wrap[]): Promise<Record<string, unknown>> {
  const { cache } = require;
  const isOurs = (path: string): boolean => path.startsWith(root) && !path.includes("node_modules");
  const forget = (): void => {
    for (const path of Object.keys(cache).filter(isOurs)) Reflect.deleteProperty(cache, path);
  };
  const before = Object.entries(cache).filter(([path]) => isOurs(path));
  forget();
  try {
    for (const { module, name, wrap } of wraps) {
      const path = require.resolve(join(root, module));
      const exported = load(path) as Record<string, unknown>;
      // The exports of a compiled module are getters, so a copy of them takes their place.
      Object.assign(cache[path] ?? {}, { exports: { ...exported, [name]: wrap(exported[name]) } });
    }
    const { alfred, voicecore } = (load(join(root, "platforms")) as typeof platforms).platforms;
    const { deploy } = load(join(root, "program", "deploy")) as typeof deploying;
    return await deploy(alfred, voicecore)();
  } finally {
    forget();
    Object.assign(cache, Object.fromEntries(before));
  }
}

function load(path: string): unknown {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import statement is not loaded again
  return require(path) as unknown;
}

describe("program/deploy", function () {
  this.timeout(60_000);

  it("checks, renders and plans a catalog once, and registers the same resources", async () => {
    const counts: Record<string, number> = {};
    const registered: string[] = [];
    const counting =
      (name: string, of: (...args: never[]) => string) =>
      (original: unknown) =>
      (...args: never[]): unknown => {
        const key = `${name} ${of(...args)}`;
        counts[key] = (counts[key] ?? 0) + 1;
        return (original as (...args: never[]) => unknown)(...args);
      };
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs, id }) => {
        registered.push(`${type} ${name}`);
        return { id: id ?? `${name}-id`, state: inputs as Record<string, unknown> };
      },
      call: () => ({}),
    });
    pulumi.runtime.setAllConfig({ "meshwright:platform": "voicecore" });
    const nameOf = ({ name, namespace }: { name: string; namespace?: string }): string => namespace ?? name;
    const outputs = await deployedWith(
      { module: "mesh/checkMesh", name: "checkMesh", wrap: counting("check", nameOf) },
      { module: "mesh/renderMesh", name: "renderMesh", wrap: counting("render", nameOf) },
      { module: "components/observabilityPlan", name: "observabilityPlan", wrap: counting("plan", String) },
      noPreflight,
    );
    await pulumi.runtime.disconnect();
    pulumi.runtime.setAllConfig({});
    expect(counts).to.deep.equal({
      "check voicecore-ai": 1,
      "render voicecore-ai": 1,
      "check monitoring": 1,
      "render monitoring": 1,
      "plan observability": 1,
    });
    expect(outputs.platform).to.equal("voicecore");
    for (const one of ["IstioControlPlane istio", "ServiceMesh voicecore", "Observability observability"]) {
      expect(registered).to.include(`meshwright:index:${one}`);
    }
  });

  it("registers a catalog with its rules and dashboards alone, where another stack installs everything else", async () => {
    const registered: string[] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ type, name, inputs, id }) => {
        registered.push(type);
        return { id: id ?? `${name}-id`, state: inputs as Record<string, unknown> };
      },
      call: () => ({}),
    });
    const installed = { "meshwright:controlPlane": "installed", "meshwright:observability": "installed" };
    pulumi.runtime.setAllConfig({ "meshwright:platform": "voicecore", ...installed });
    const outputs = await deployedWith(noPreflight);
    await pulumi.runtime.disconnect();
    pulumi.runtime.setAllConfig({});
    expect(outputs).to.not.have.property("gateways");
    expect(registered).to.include("meshwright:index:ServiceMesh");
    expect(registered.filter((type) => type.includes("PrometheusRule"))).to.not.be.empty;
    for (const type of ["meshwright:index:IstioControlPlane", "kubernetes:helm.sh/v3:Release"]) {
      expect(registered).to.not.include(type);
    }
  });

  it("names the package that is missing, of those that only the program and some commands need", () => {
    const error = (name: string): Error =>
      Object.assign(new Error(`Cannot find module '${name}'\nRequire stack:\n- /a.js`), {
        code: "MODULE_NOT_FOUND",
      });
    expect(missingPackage(error("@pulumi/random"))).to.equal("@pulumi/random");
    expect(missingPackage(error("@pulumi/kubernetes/helm/v3"))).to.equal("@pulumi/kubernetes");
    expect(missingPackage(error("./catalog"))).to.equal(undefined);
    expect(missingPackage(new Error("Cannot find module '@pulumi/random'"))).to.equal(undefined);
  });
});
