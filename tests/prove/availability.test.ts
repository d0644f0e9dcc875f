import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { inProcess } from "../cli/inProcess";
import { mistakes } from "./mistakenOverrides";

describe("meshwright prove on a machine that can't send requests", () => {
  let cwd: string;
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), "availability-"));
    const catalog = Object.values(mistakes)[0]?.catalog ?? "";
    writeFileSync(join(cwd, "catalog.yaml"), catalog.slice(0, catalog.indexOf("overrides:")));
  });
  after(() => {
    rmSync(cwd, { recursive: true });
  });

  const machines: Readonly<Record<string, readonly [object, string, string]>> = {
    macOS: [
      { platform: "darwin" },
      "the laboratory needs the network namespaces of Linux, and this is darwin.",
      "Run the command on Linux, for example in CI.",
    ],
    "Linux without root": [
      { platform: "linux", getuid: () => 1000 },
      "the laboratory creates network namespaces, and this user is not root.",
      "Run the command as root, for example with sudo.",
    ],
  };
  for (const [name, [properties, problem, fix]] of Object.entries(machines)) {
    it(`says on ${name} why, and lets the other tiers decide`, async () => {
      const before = Object.keys(properties).map((key) => Object.getOwnPropertyDescriptor(process, key));
      const prove = async (...more: string[]) => {
        Object.entries(properties).forEach(([key, value]) => {
          Object.defineProperty(process, key, { value, configurable: true });
        });
        try {
          // Without istiod, which is not built in an empty cache.
          return await inProcess(["prove", "catalog.yaml", ...more], {
            cwd,
            env: { MESHWRIGHT_CACHE: join(cwd, "cache") },
          });
        } finally {
          Object.keys(properties).forEach((key, index) => {
            Object.defineProperty(process, key, before[index] ?? {});
          });
        }
      };
      const all = await prove("--json");
      expect(all.exitCode).to.equal(0);
      expect(all.stderr.trim()).to.equal(
        `No requests were sent, the model of effects alone decides. Requests can't be sent here: ${problem}\nFix: ${fix}`,
      );
      const { claims, proven } = JSON.parse(all.stdout) as { claims: number; proven: number };
      expect(claims).to.be.greaterThan(20);
      expect(proven).to.equal(claims);
      const alone = await prove("--json", "--tier", "traffic");
      expect(alone.exitCode).to.equal(3);
      expect(alone.stderr).to.contain(`error: Requests can't be sent here: ${problem}`);
    });
  }
});
