import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { findPolicyPack } from "../../cli/policyPack";

describe("cli/policyPack", () => {
  let folder: string;
  const pack = (...path: string[]): string => {
    const target = join(folder, ...path);
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, "PulumiPolicy.yaml"), "runtime: nodejs\n");
    return target;
  };
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "pack-")));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("finds the installed package, before it the folder of the project, and before both the given one", () => {
    const installed = pack("node_modules", "@meshwright", "policy-pack");
    expect(findPolicyPack(folder)).to.equal(installed);
    const own = pack("policy-pack");
    expect(findPolicyPack(folder)).to.equal(own);
    const given = pack("other");
    expect(findPolicyPack(folder, "other")).to.equal(given);
  });

  it("tells what to install or to name where there is none", () => {
    expect(() => findPolicyPack(folder)).to.throw("There is no policy pack: neither");
    expect(() => findPolicyPack(folder, "other")).to.throw("PulumiPolicy.yaml is missing");
  });
});
