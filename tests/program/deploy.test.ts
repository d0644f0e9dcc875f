import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import * as checking from "../../mesh/checkMesh";
import * as observing from "../../components/observabilityPlan";
import * as rendering from "../../mesh/renderMesh";
import { deploy } from "../../program/deploy";
import * as preflighting from "../../program/preflight";
import { missingPackage } from "../../program/missingPackage";
import { platforms } from "../../platforms";

/** Replaces a function of a module by `wrap` of it while `work` runs. */
async function wrapped<Module extends object, Name extends keyof Module>(
  module: Module,
  name: Name,
  wrap: (original: Module[Name]) => unknown,
  work: () => Promise<void>,
): Promise<void> {
  const original = module[name];
  module[name] = wrap(original) as Module[Name];
  try {
    await work();
  } finally {
    module[name] = original;
  }
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
    let outputs: Record<string, unknown> = {};
    await wrapped(
      preflighting,
      "preflight",
      () => () => Promise.resolve(),
      () =>
        wrapped(checking, "checkMesh", counting("check", nameOf), () =>
          wrapped(rendering, "renderMesh", counting("render", nameOf), () =>
            wrapped(observing, "observabilityPlan", counting("plan", String), async () => {
              outputs = await deploy(platforms.alfred, platforms.voicecore)();
            }),
          ),
        ),
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
    let outputs: Record<string, unknown> = {};
    await wrapped(
      preflighting,
      "preflight",
      () => () => Promise.resolve(),
      async () => {
        outputs = await deploy(platforms.alfred, platforms.voicecore)();
      },
    );
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
