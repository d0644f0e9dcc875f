import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { blocksOf } from "../../docs/markdown";
import { inProcess } from "../inProcess";
import { meshwright } from "../run";

const http = { port: 8080, protocol: "http" };
const catalog = {
  name: "shop",
  services: {
    web: { ports: { http }, calls: { cart: { dryRun: { methods: ["GET"], paths: ["/items/*"] } } } },
    worker: { calls: { cart: { methods: ["POST"] } } },
    cart: { ports: { http } },
  },
};
const line = (time: string, method: string, result: string): string =>
  JSON.stringify({
    request_time: `2026-01-01T${time}:00Z`,
    source_identity: "spiffe://cluster.local/ns/shop/sa/web",
    destination_identity: "spiffe://cluster.local/ns/shop/sa/cart",
    request_method: method,
    request_path: "/items/1",
    dry_run_allow_result: result,
  });

describe("meshwright shadow", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "shadow-"));
    writeFileSync(join(folder, "shop.json"), JSON.stringify(catalog));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const shadow = (args: readonly string[], input?: string): ReturnType<typeof meshwright> => {
    const words = ["shadow", "shop.json", ...args];
    return input === undefined
      ? inProcess(words, { cwd: folder })
      : meshwright(words, { cwd: folder, input });
  };

  it("prints the guide's report, and exits with 1", async () => {
    const lines = [
      line("00:00", "GET", "allowed"),
      line("00:30", "PUT", "denied"),
      line("01:30", "PUT", "denied"),
    ];
    const { stdout, exitCode } = await shadow(["--logs", "-"], lines.join("\n"));
    const page = readFileSync(join(__dirname, "..", "..", "..", "docs", "guide", "dry-runs.md"), "utf8");
    const shown = blocksOf(page).find(({ language }) => language === "console")?.text ?? "";
    expect(stdout).to.include(shown.trim());
    expect(exitCode).to.equal(1);
  });

  it("exits with 0 if every service is clean, in JSON too", async () => {
    writeFileSync(
      join(folder, "clean.log"),
      [line("00:00", "GET", "allowed"), line("01:30", "GET", "allowed")].join("\n"),
    );
    const thresholds = ["--min-hours", "1", "--min-requests", "2"];
    const { stdout, exitCode } = await shadow(["--logs", "clean.log", "--json", ...thresholds]);
    expect(exitCode).to.equal(0);
    const { verdicts, source } = JSON.parse(stdout) as { verdicts: object[]; source: string };
    expect(source).to.equal("access logs");
    expect(verdicts).to.deep.equal([
      { service: "cart", verdict: "clean", requests: 2, denied: 0, hours: 1.5, callers: [] },
    ]);
  });

  it("explains sources, windows and files that it can't use", async () => {
    const both = await shadow(["--logs", "-", "--prometheus", "http://127.0.0.1:1"]);
    expect([both.exitCode, both.stderr]).to.deep.equal([
      2,
      "error: --logs and --prometheus are two sources, and a verdict has one.\nfix:   Run the command once for each.",
    ]);
    const short = await shadow(["--window", "1h"]);
    expect([short.exitCode, short.stderr]).to.deep.equal([
      2,
      "error: --min-hours 24 is more than the window of 1 hours, so no service could be clean.\nfix:   Read a longer window: --window 24h",
    ]);
    expect((await shadow(["--window", "soon"])).exitCode).to.equal(2);
    const missing = await shadow(["--logs", "none.log"]);
    expect([missing.exitCode, missing.stderr]).to.deep.equal([
      1,
      "error: There is no file none.log.\nfix:   Name a file of access logs, or - for standard input.",
    ]);
    const silent = await shadow(["--prometheus", "http://127.0.0.1:1"]);
    expect(silent.exitCode).to.equal(1);
    expect(silent.stderr).to.include("Prometheus does not answer at http://127.0.0.1:1.");
  });
});
