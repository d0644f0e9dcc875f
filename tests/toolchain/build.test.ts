import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { ensureToolchain } from "../../toolchain";
import { type BuildProgress, builtPath } from "../../toolchain/build";
import { UserError } from "../../errors/userError";

// A `go` of our own stands in for the real one, whose builds take minutes: the sandbox tier runs what that one builds.
const fakeGo = (build: string): string => `#!/bin/sh
echo "$@" >> "$GO_CALLS"
case "$1" in
  version) echo "go version go1.26.8 linux/amd64" ;;
  list) echo fmt; echo os; echo main ;;
  build)
    while [ $# -gt 0 ]; do case "$1" in -o) out=$2; shift ;; esac; shift; done
    ${build}
    ;;
esac
`;
const succeeds = 'echo fmt >&2; echo os >&2; echo "#!/bin/sh" > "$out/server"; /bin/chmod +x "$out/server"';

describe("toolchain/build", () => {
  let folder: string;
  const before = { ...process.env };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "build-"));
    mkdirSync(join(folder, "bin"));
    // Nothing but the fake: an etcd or a Go of this machine must not be found.
    process.env.PATH = join(folder, "bin");
    process.env.MESHWRIGHT_CACHE = join(folder, "cache");
    process.env.GO_CALLS = join(folder, "calls");
  });
  afterEach(() => {
    process.env.PATH = before.PATH;
    delete process.env.MESHWRIGHT_CACHE;
    delete process.env.GO_CALLS;
    rmSync(folder, { recursive: true });
  });

  const useGo = (build: string): void => {
    writeFileSync(join(folder, "bin", "go"), fakeGo(build), { mode: 0o755 });
  };
  const builds = (): string[] =>
    readFileSync(join(folder, "calls"), "utf8")
      .split("\n")
      .filter((line) => line.startsWith("build"));
  const leftovers = (): string[] =>
    readdirSync(dirname(dirname(builtPath("etcd")))).filter((name) => name.startsWith("scratch-"));

  it("builds what is missing, tells how far it is, and finds it the next time", async () => {
    useGo(succeeds);
    const progress: BuildProgress[] = [];
    const toolchain = await ensureToolchain(["etcd"], (one) => progress.push(one));
    expect(toolchain.program("etcd")).to.equal(builtPath("etcd"));
    expect(progress.map(({ phase, compiled, packages }) => `${phase} ${compiled}/${packages}`)).to.deep.equal(
      ["downloading 0/0", "compiling 1/3", "compiling 2/3"],
    );
    expect(leftovers()).to.deep.equal([]);

    await ensureToolchain(["etcd"]);
    expect(builds()).to.have.length(1);
  });

  it("builds once when two runs start together", async () => {
    useGo(`/bin/sleep 1; ${succeeds}`);
    const phases: string[] = [];
    await Promise.all([
      ensureToolchain(["etcd"]),
      new Promise((resolve) => setTimeout(resolve, 300)).then(() =>
        ensureToolchain(["etcd"], ({ phase }) => phases.push(phase)),
      ),
    ]);
    expect(builds()).to.have.length(1);
    expect(phases).to.deep.equal(["waiting"]);
  });

  it("leaves nothing half-installed when a build fails, and names the log", async () => {
    useGo('echo half > "$out/server"; echo "server.go:1: no such thing" >&2; exit 1');
    const error = await ensureToolchain(["etcd"]).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(UserError);
    const { problem, details, fix } = error as UserError;
    expect(problem).to.match(/^`go build -v …` failed/);
    expect(details).to.contain("server.go:1: no such thing");
    const log = join(folder, "cache", "build-cluster.log");
    expect(fix).to.contain(log);
    expect(readFileSync(log, "utf8")).to.contain("server.go:1: no such thing");
    expect(existsSync(builtPath("etcd"))).to.equal(false);
    expect(leftovers()).to.deep.equal([]);

    useGo(succeeds);
    await ensureToolchain(["etcd"]);
    expect(existsSync(builtPath("etcd"))).to.equal(true);
  });

  it("says how to get Go where there is none", async () => {
    const error = await ensureToolchain(["etcd"]).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(UserError);
    expect((error as UserError).problem).to.equal(
      "Go is needed to build the sandbox's programs, and `go` is not on PATH.",
    );
    expect((error as UserError).fix).to.match(/^Install Go 1\.26\.0 or newer/);
  });
});
