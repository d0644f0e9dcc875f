import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { z } from "zod";
import { loadProject, stackSettings } from "../../cli/project";
import { maxSettingsBytes, readSettingsFile, settingsText, stackFile } from "../../cli/settingsFile";
import { definePlatform } from "../../program/platform";
import { isRunError } from "../../components/runError";
import { UserError } from "../../errors/userError";
import { anyJson } from "../../policy-pack/tests/anyValue";

describe("cli/settingsFile", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "settings-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (name: string, content: string): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const problem = (work: () => unknown): string => {
    try {
      work();
    } catch (error) {
      expect(error).to.be.instanceOf(UserError);
      return (error as UserError).problem;
    }
    return "";
  };

  it("reads YAML and JSON, and nothing from an empty file", () => {
    const config = { config: { "a:b": "c" } };
    expect(readSettingsFile(write("a.yaml", "config:\n  a:b: c\n"), stackFile)).to.deep.equal(config);
    expect(readSettingsFile(write("a.json", JSON.stringify(config)), stackFile)).to.deep.equal(config);
    expect(readSettingsFile(write("b.yaml", ""), stackFile)).to.deep.equal({});
    expect(readSettingsFile(write("c.yaml", "config:\n"), stackFile)).to.deep.equal({ config: null });
  });

  it("names the file and the reason of a syntax error, of another form, of aliases and of a large file", () => {
    const read = (name: string, content: string) =>
      problem(() => readSettingsFile(write(name, content), stackFile));
    const text = (name: string, reason: string) => `${join(folder, name)} can't be read: ${reason}.`;
    expect(read("a.yaml", "config: [\n")).to.match(/a\.yaml can't be read: .+ at line 2, column 1\.$/);
    expect(read("a.json", "{")).to.match(/a\.json can't be read: .+\.$/);
    expect(read("b.yaml", "config: 5\n")).to.match(/b\.yaml can't be read: config: .+\.$/);
    expect(read("c.yaml", "text\n")).to.match(/c\.yaml can't be read: .+\.$/);
    expect(read("d.yaml", "config: *none\n")).to.equal(
      text("d.yaml", "the alias none has no anchor before it"),
    );
    expect(read("e.yaml", "[".repeat(2_000))).to.match(/e\.yaml can't be read: /);
    const large = write("large.yaml", "");
    truncateSync(large, maxSettingsBytes + 1);
    expect(problem(() => settingsText(large))).to.equal(text("large.yaml", "it has more than 10 MB"));
    expect(problem(() => settingsText("/dev/zero"))).to.equal(
      "/dev/zero can't be read: it has more than 10 MB.",
    );
  });

  it("executes a project's program only if it is TypeScript or JavaScript by its name", async () => {
    const marker = join(folder, "executed");
    write("run.sh", `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "");`);
    write("Pulumi.yaml", "name: shop\nruntime: nodejs\nmain: run.sh\n");
    const error = await loadProject(folder).catch((one: unknown) => one);
    expect(error).to.be.instanceOf(UserError);
    expect((error as UserError).problem)
      .to.contain("run.sh")
      .and.to.contain("neither TypeScript nor JavaScript");
    expect(() => settingsText(marker)).to.throw("ENOENT");
  });

  it("reads any text as the settings of a project and a stack, or fails with an error for users", async () => {
    const any = fc.oneof(
      fc.string({ maxLength: 100 }),
      anyJson.map((value) => JSON.stringify(value)),
      anyJson.map((value) => JSON.stringify({ name: value, runtime: value, main: value, config: value })),
      anyJson.map((value) =>
        JSON.stringify({ config: { "meshwright:environment": value, "meshwright:cluster": value } }),
      ),
    );
    const platform = definePlatform({ name: "shop", catalog: { name: "shop", services: {} } });
    const fails = async (work: () => unknown): Promise<void> => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof UserError) && !isRunError(error)) throw error;
      }
    };
    await fc.assert(
      fc.asyncProperty(any, any, any, async (project, own, stack) => {
        write("Pulumi.yaml", project);
        write("package.json", own);
        write("Pulumi.dev.yaml", stack);
        await fails(() => loadProject(folder));
        await fails(() =>
          stackSettings({ folder, main: "index.ts", platforms: [platform] }, undefined, "dev"),
        );
        await fails(() => readSettingsFile(join(folder, "package.json"), z.looseObject({})));
      }),
      { numRuns: 100 },
    );
  });
});
