import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";

const pack = join(__dirname, "..");
const read = (...path: string[]): string => readFileSync(join(pack, ...path), "utf8");

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly jobs: { readonly preview: { readonly "runs-on": string; readonly steps: readonly Step[] } };
}
interface Pipeline {
  readonly "mesh-policies": {
    readonly image: string;
    readonly before_script: readonly string[];
    readonly script: readonly string[];
  };
}

const { preview } = (parse(read("docs", "ci", "github.yml")) as Workflow).jobs;
const pipeline = (parse(read("docs", "ci", "gitlab.yml")) as Pipeline)["mesh-policies"];
const scripts: Readonly<Record<string, string>> = {
  github: preview.steps.map(({ run }) => run ?? "").join("\n"),
  gitlab: [...pipeline.before_script, ...pipeline.script].join("\n"),
};

describe("policy-pack/docs/ci", () => {
  for (const [name, script] of Object.entries(scripts)) {
    it(`uses presets and scripts that exist: ${name}`, () => {
      const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
      const [, called = ""] = /npm run --silent --prefix "\$PACK" (\S+)/.exec(script) ?? [];
      expect(scripts).to.have.property(called);
      expect(script).to.include('"$PACK/presets/$PRESET.json"');
      const [, preset = ""] = /^ +PRESET: (\S+)$/m.exec(read("docs", "ci", `${name}.yml`)) ?? [];
      expect(existsSync(join(pack, "presets", `${preset}.json`)), preset).to.equal(true);
    });
  }

  it("prints only the name of the package's file, which Pulumi reads", () => {
    // `pulumi policy publish` reads the whole output of npm as that name, also the banners of scripts.
    const { stdout } = spawnSync("npm", ["pack", "--dry-run", "--loglevel=error"], {
      cwd: pack,
      encoding: "utf8",
    });
    const { version } = JSON.parse(read("package.json")) as { version: string };
    expect(stdout).to.equal(`meshwright-policy-pack-${version}.tgz\n`);
  });

  it("pins images and actions", () => {
    for (const { uses } of preview.steps) if (uses !== undefined) expect(uses).to.match(/@[0-9a-f]{40}$/);
    expect(preview["runs-on"]).to.match(/-\d/);
    expect(pipeline.image).to.match(/:\d+\.\d+\.\d+$/);
  });

  describe("github", () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "ci-"));
    });
    afterEach(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    function bash(script: string, env: Record<string, string>): number | null {
      return spawnSync("bash", ["-eo", "pipefail", "-c", script], {
        cwd: folder,
        env: { PATH: `${folder}${delimiter}${process.env.PATH ?? ""}`, RUNNER_TEMP: folder, ...env },
      }).status;
    }
    const stepWith = (text: string): Step => {
      const found = preview.steps.filter(({ run }) => run?.includes(text));
      expect(found, text).to.have.length(1);
      return found[0] ?? {};
    };

    it("writes a kubeconfig that only the job can read, to the path that the preview uses", () => {
      expect(bash(stepWith("KUBECONFIG_TEXT").run ?? "", { KUBECONFIG_TEXT: "kind: Config" })).to.equal(0);
      const file = join(folder, "kubeconfig");
      expect(readFileSync(file, "utf8")).to.equal("kind: Config\n");
      expect(statSync(file).mode & 0o777).to.equal(0o600);
      expect(stepWith("pulumi preview").run).to.include(
        'KUBECONFIG="$RUNNER_TEMP/kubeconfig" pulumi preview',
      );
    });

    for (const status of [0, 255]) {
      it(`comments after a preview with status ${status}, and exits with it`, () => {
        writeFileSync(join(folder, "pulumi"), `#!/bin/sh\necho refused\nexit ${status}\n`);
        chmodSync(join(folder, "pulumi"), 0o755);
        const GITHUB_OUTPUT = join(folder, "output");
        const step = stepWith("pulumi preview");
        expect(step.id).to.equal("preview");
        const env = { GITHUB_OUTPUT, STACK: "shop", PACK: "policies/meshwright" };
        expect(bash(step.run ?? "", env)).to.equal(0);
        expect(readFileSync(join(folder, "preview.txt"), "utf8")).to.equal("refused\n");
        expect(readFileSync(GITHUB_OUTPUT, "utf8")).to.equal(`status=${status}\n`);
        const last = preview.steps.at(-1) ?? {};
        expect(bash(last.run ?? "", { STATUS: String(status) })).to.equal(status);
        expect([last.if, stepWith("gh api").if]).to.deep.equal([
          "always()",
          "always() && steps.preview.outputs.status != ''",
        ]);
      });
    }

    it("fails if there was no preview", () => {
      expect(bash(preview.steps.at(-1)?.run ?? "", { STATUS: "" })).to.equal(1);
    });
  });
});
