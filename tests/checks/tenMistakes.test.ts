import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { RunError, ServiceMesh } from "../../components";
import program from "../../stacks";
import { platforms } from "../../platforms";
import { inProcess } from "../cli/inProcess";
import { registrations } from "../components/registrations";
import { tenFindings, tenMistakes } from "./tenMistakes";

describe("a catalog with ten mistakes", () => {
  it("is printed with all ten, with paths and fixes, by meshwright check, which ends with 1", async function () {
    this.timeout(60_000); // the first run compiles what it needs
    const folder = mkdtempSync(join(tmpdir(), "ten-"));
    try {
      writeFileSync(join(folder, "ten.json"), JSON.stringify(tenMistakes));
      const { exitCode, stdout } = await inProcess(["check", "ten.json"], { cwd: folder });
      const printed = stdout
        .split("\n\n")
        .map((text) => /^(?:error|warning|info) (MW\d+) (.*)\n[^]*\n {2}fix: (.*)$/.exec(text)?.slice(1));
      expect(printed.slice(0, -1)).to.deep.equal(tenFindings);
      expect(stdout).to.match(/ten\.json: 9 errors, 1 warning$/);
      expect(exitCode).to.equal(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  const expectAll = (error: unknown): void => {
    expect(error).to.be.instanceOf(RunError);
    const { message } = error as RunError;
    for (const [code, path, fix] of tenFindings) {
      const end = fix.endsWith("?") ? "" : "\\.";
      expect(message).to.match(
        new RegExp(`^(error|warning) ${code} ${escaped(path)}: .* Fix: ${escaped(fix)}${end}$`, "m"),
      );
    }
  };

  it("registers nothing as a component", async () => {
    let error: unknown;
    const seen = await registrations(() => {
      try {
        new ServiceMesh("shop", { catalog: tenMistakes });
      } catch (reason) {
        error = reason;
      }
    });
    expectAll(error);
    expect(seen).to.deep.equal([]);
  });

  it("registers nothing as a platform of the program, not even the control plane", async () => {
    const alfred: { catalog: unknown } = platforms.alfred;
    const original = alfred.catalog;
    let error: unknown;
    let ended: Promise<void> = Promise.resolve();
    const seen = await registrations(() => {
      pulumi.runtime.setConfig("meshwright:platform", "alfred");
      alfred.catalog = () => tenMistakes;
      ended = program().then(
        () => undefined,
        (reason: unknown) => {
          error = reason;
        },
      );
    });
    await ended;
    alfred.catalog = original;
    expectAll(error);
    expect(seen).to.deep.equal([]);
  });
});

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
