import { appendFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { handledBy, withoutRows, withProgress } from "../../../cli/update/progress";

const line = (field: string, urn: string) => JSON.stringify({ sequence: 1, [field]: { metadata: { urn } } });

describe("cli/update/progress", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "progress-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("counts resources whose operation has ended or failed, and no other event", () => {
    expect(handledBy(line("resOutputsEvent", "a"))).to.deep.equal(["a"]);
    expect(handledBy(line("resOpFailedEvent", "b"))).to.deep.equal(["b"]);
    for (const other of [line("resourcePreEvent", "c"), '{"resOutputsEvent":{}}', "{", "", "null"]) {
      expect(handledBy(other), other).to.deep.equal([]);
    }
  });

  it("shows how many of the objects are handled while the run works, and removes the log of events", async () => {
    const file = join(folder, "events.json");
    const stream = new PassThrough();
    const result = await withProgress(
      file,
      new Set(["a", "b", "c"]),
      async () => {
        // A line may arrive in parts, the same object twice, and one that is not counted.
        appendFileSync(file, `${line("resOutputsEvent", "a")}\n${line("resOutputsEvent", "b").slice(0, 20)}`);
        await sleep(300);
        appendFileSync(file, `${line("resOutputsEvent", "b").slice(20)}\n`);
        appendFileSync(file, `${line("resOutputsEvent", "a")}\n${line("resOutputsEvent", "other")}\n`);
        return 5;
      },
      stream,
    );
    expect(result).to.equal(5);
    const shown = String(stream.read());
    expect(shown).to.match(/ 1 of 3 objects, /);
    expect(shown).to.match(/ 2 of 3 objects, [^\n]*\s*$/);
    expect(existsSync(file)).to.equal(false);
  });

  it("shows nothing of a run that has handled none, and passes its error on", async () => {
    const stream = new PassThrough();
    const run = withProgress(
      join(folder, "none.json"),
      new Set(["a"]),
      () => Promise.reject(new Error("no")),
      stream,
    );
    const error = await run.catch((one: unknown) => one);
    expect(error).to.have.property("message", "no");
    expect(stream.read()).to.equal(null);
  });

  it("leaves Pulumi's rows of single resources out, and nothing else", () => {
    const filter = withoutRows();
    const output = [
      "Previewing update (local):",
      "Updating (local):",
      "",
      " +  kubernetes:core/v1:Namespace shop creating (0s)",
      "\u001b[94m\u001b[1mDiagnostics:\u001b[0m",
      "  kubernetes:core/v1:Namespace (shop):",
      "    error: refused",
      "Resources:",
      "    + 1 created",
    ];
    expect(output.flatMap((text) => [...filter(text)])).to.deep.equal([
      "Previewing update (local):",
      "Updating (local):",
      ...output.slice(4),
    ]);
    const failing = withoutRows();
    expect(
      ["Updating (local):", " row", "error: update failed"].flatMap((text) => [...failing(text)]),
    ).to.deep.equal(["Updating (local):", "error: update failed"]);
  });
});
