import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { findOnMachine, parseVersion } from "../../toolchain/find";

describe("toolchain/find", () => {
  describe("parseVersion", () => {
    for (const [output, version] of [
      ["etcd Version: 3.6.8\nGit SHA: Not provided", "3.6.8"],
      ["Kubernetes v1.36.3", "1.36.3"],
      ["v3.22.0", "3.22.0"],
      ["kwok version v0.8.0 go1.26.8 (linux/amd64)", "0.8.0"],
      ["client version: 1.31.0-rc.1", "1.31.0-rc.1"],
      ["command not found", undefined],
    ] as const) {
      it(`reads ${version ?? "nothing"} from "${output.split("\n")[0]}"`, () => {
        expect(parseVersion(output)).to.equal(version);
      });
    }
  });

  describe("findOnMachine", () => {
    let folder: string;
    const environment = { PATH: process.env.PATH, PULUMI_HOME: process.env.PULUMI_HOME };

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "find-"));
      process.env.PATH = folder;
      process.env.PULUMI_HOME = join(folder, "home");
    });
    afterEach(() => {
      rmSync(folder, { recursive: true });
      Object.assign(process.env, environment);
      if (environment.PULUMI_HOME === undefined) delete process.env.PULUMI_HOME;
    });

    const install = (name: string, output: string, mode = 0o755): string => {
      const path = join(folder, name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, `#!/bin/sh\necho "${output}"\n`, { mode });
      return path;
    };

    it("takes a program of an accepted version from PATH", async () => {
      const path = install("etcd", "etcd Version: 3.5.1");
      expect(await findOnMachine("etcd")).to.deep.equal({ path, version: "3.5.1" });
    });

    it("passes over a program of another version", async () => {
      install("kube-apiserver", "Kubernetes v1.35.4");
      expect(await findOnMachine("kube-apiserver")).to.equal(undefined);
    });

    it("passes over a file that can't be run", async () => {
      install("etcd", "etcd Version: 3.6.8", 0o644);
      expect(await findOnMachine("etcd")).to.equal(undefined);
    });

    it("takes pulumi only with the language host beside it", async () => {
      const path = install("pulumi", "v3.216.0");
      expect(await findOnMachine("pulumi")).to.equal(undefined);
      install("pulumi-language-nodejs", "");
      expect(await findOnMachine("pulumi")).to.deep.equal({ path, version: "3.216.0" });
    });

    it("takes a plugin of exactly the pinned version from the user's plugin folder", async () => {
      install("home/plugins/resource-random-v4.20.0/pulumi-resource-random", "");
      expect(await findOnMachine("pulumi-resource-random")).to.equal(undefined);
      const path = install("home/plugins/resource-random-v4.21.2/pulumi-resource-random", "");
      expect(await findOnMachine("pulumi-resource-random")).to.deep.equal({ path, version: "4.21.2" });
    });

    it("never takes istiod from the machine", async () => {
      install("pilot-discovery", "1.31.0");
      expect(await findOnMachine("pilot-discovery")).to.equal(undefined);
    });
  });
});
