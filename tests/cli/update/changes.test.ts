import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { localStackFiles } from "../../../cli/localStack";
import { type Course, courseOf, declaredOn } from "../../../cli/update/changes";
import { fewest } from "../../../cli/update/stages";
import type { StateResource } from "../../../program/stackState";
import { shopConfig, shopProject } from "../../program/shopProject";

describe("cli/update/changes", function () {
  this.timeout(60_000);
  const folders: string[] = [];
  const project = (more = 0): string => {
    const folder = shopProject(more);
    folders.push(folder);
    return folder;
  };
  const state = mkdtempSync(join(tmpdir(), "state-"));
  const pack = join(__dirname, "..", "..", "..", "policy-pack");
  const { configFile, policies } = localStackFiles(state);
  const configure = (config: object): void => {
    writeFileSync(configFile, stringify({ config }, { compat: "yaml-1.1" }));
  };

  before(() => {
    mkdirSync(dirname(configFile), { recursive: true });
    writeFileSync(policies, "{}");
  });
  beforeEach(() => {
    configure(shopConfig);
  });
  after(() => {
    for (const folder of [...folders, state]) rmSync(folder, { recursive: true });
  });

  const stack = {
    urn: "urn:pulumi:local::shop::pulumi:pulumi:Stack::shop-local",
    type: "pulumi:pulumi:Stack",
  };

  const courseIn = async (
    folder: string,
    deployed: readonly StateResource[] = [],
    under = pack,
  ): Promise<Course> => courseOf(deployed, await declaredOn(state, folder), state, under);

  it("runs a first deployment directly that the policies accept", async () => {
    expect(await courseIn(project())).to.equal("directly");
  });

  it("previews a first deployment that a policy refuses, which then says why", async () => {
    configure({ ...shopConfig, "meshwright:environment": "prod" });
    const shop = project(1);
    expect(await courseIn(shop)).to.equal("previewed");
    writeFileSync(policies, JSON.stringify({ "bound-timeouts": "advisory" }));
    expect(await courseIn(shop)).to.equal("directly");
  });

  it("previews a first deployment under policies that are not known here", async () => {
    const shop = project();
    expect(await courseIn(shop, [], shop)).to.equal("previewed");
  });

  it("previews whatever follows a first deployment", async () => {
    expect(await courseIn(project(), [stack])).to.equal("previewed");
  });

  it("previews a program that `deploy` did not return", async () => {
    const shop = project();
    writeFileSync(join(shop, "index.js"), "module.exports = {};\n");
    expect(await courseIn(shop)).to.equal("previewed");
  });

  it("chooses stages if many objects change, in a first deployment as well", async () => {
    const shop = project(fewest);
    expect(await courseIn(shop)).to.equal("stages");
    expect(await courseIn(shop, [stack])).to.equal("stages");
  });
});
