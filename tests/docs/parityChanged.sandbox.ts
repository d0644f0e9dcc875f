import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { changedCases } from "../../docs/parity/changed";
import { type Harness, harness } from "../sandbox/harness";
import { changedYaml, renderedManifests, yamlOf } from "./changedManifests";

describe("istioctl analyze on mistakes in the objects themselves", function () {
  this.timeout(120_000);
  let h: Harness;
  before(async () => {
    h = await harness();
  });
  after(() => h.clean());

  async function codesOf(yaml: string): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), "analyzed-"));
    try {
      const file = join(folder, "all.yaml");
      writeFileSync(file, yaml);
      const args = ["analyze", "--use-kube=false", "--all-namespaces", "--output", "json", file];
      const { stdout } = await execa(h.toolchain.program("istioctl"), args, { reject: false });
      const json = stdout.slice(stdout.search(/^(\[|null)/m)).replace(/\n\s*(Error|Analyz)[^]*$/, "");
      const messages = JSON.parse(json) as { readonly code: string }[] | null;
      return (messages ?? []).map(({ code }) => code);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  it("says nothing about what is rendered", async () => {
    expect(await codesOf(yamlOf(renderedManifests()))).to.deep.equal([]);
  });

  for (const one of changedCases) {
    it(`${one.id} in ${one.kind} ${one.name}: ${one.analyzed ? "reports it" : "is silent"}`, async () => {
      const codes = await codesOf(changedYaml(one));
      expect(codes.includes(one.id)).to.equal(one.analyzed);
    });
  }
});
