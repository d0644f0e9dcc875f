import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { writeShop } from "../program/shopProject";
import { DeployedShop, during } from "./deployedShop";

/** Services that make the update a large one. */
const many = 28;

interface Live {
  readonly metadata: {
    readonly name: string;
    readonly managedFields: readonly { readonly manager: string }[];
  };
}

/** Killed in the stage that saves the state only at its end, so that the state has nothing of what it created. */
describe("cli/update", () => {
  let shop: DeployedShop;
  before(async () => {
    shop = await DeployedShop.start(many);
  });
  after(() => shop.clean());

  const policies = async (): Promise<Live[]> => {
    const text = await shop.kubectl(
      "get",
      "authorizationpolicy",
      "-n",
      "shop",
      "-o",
      "json",
      "--show-managed-fields",
    );
    return (JSON.parse(text) as { items: Live[] }).items;
  };
  const certificate = async () => JSON.stringify(await shop.certificate());

  it("kill -9 of every process in the second stage of a large update: one more `up` loses, duplicates and orphans nothing", async () => {
    const run = shop.run();
    await during(run, "the second stage", async () => {
      if (!existsSync(join(shop.state, "unrecorded.json"))) return false;
      return (await policies()).length > 5;
    });
    for (const pid of [run.pid, ...run.processes().map((one) => one.pid)]) process.kill(pid, "SIGKILL");
    const { all: cut } = await run.ended;
    expect(cut).to.match(/ \d+ of \d+ objects, /);
    const before = (await policies()).map(({ metadata }) => metadata.name);
    const secret = await certificate();

    // The catalog has fewer services by now, so that some of the objects have no place in it.
    const few = many / 2;
    writeShop(shop.project, few);
    const { exitCode, all } = await shop.up();
    expect(exitCode, all).to.equal(0);
    expect(all).to.match(/created by a killed run, which did not record (it|them)\./);
    const left = await policies();
    const named = (list: readonly string[]) => list.filter((name) => name.includes("more-"));
    expect(named(before)).to.not.be.empty;
    expect(named(left.map(({ metadata }) => metadata.name))).to.have.length(few);
    for (const { metadata } of left) {
      const managers = new Set(metadata.managedFields.map(({ manager }) => manager));
      expect([...managers], metadata.name).to.have.length(1);
    }
    expect(await certificate()).to.equal(secret);
    await shop.expectConverged();
  });
});
