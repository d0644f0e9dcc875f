import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";

const repository = join(__dirname, "..");

describe("the build", () => {
  let root: string;

  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  const build = (): string =>
    execFileSync(process.execPath, ["build.mjs", "."], { cwd: root, encoding: "utf8", stdio: "pipe" });
  const compiled = (file: string): string => readFileSync(join(root, "dist", file), "utf8");
  /** Whether the compiler ran: it writes every output anew. */
  const compiles = (): boolean => {
    const before = statSync(join(root, "dist", "index.js")).mtimeMs;
    build();
    return statSync(join(root, "dist", "index.js")).mtimeMs !== before;
  };

  before(() => {
    root = mkdtempSync(join(tmpdir(), "build-"));
    copyFileSync(join(repository, "build.mjs"), join(root, "build.mjs"));
    symlinkSync(join(repository, "node_modules"), join(root, "node_modules"));
    write("package.json", "{}");
    write(
      "tsconfig.build.json",
      JSON.stringify({
        compilerOptions: {
          target: "es2022",
          lib: ["es5"],
          skipLibCheck: true,
          module: "commonjs",
          types: [],
          rootDir: ".",
          outDir: "dist",
          declaration: true,
        },
        exclude: ["node_modules", "dist", "tests"],
      }),
    );
    write("index.ts", 'export { one } from "./catalog/one";\n');
    write("catalog/one.ts", "export const one: number = 1;\n");
    write("catalog/two.ts", "export const two = 2;\n");
    write("tests/one.test.ts", "export {};\n");
    write("cli/main.ts", "export {};\n");
    write("cli/program.ts", "export const commands = (): string => 'words of the commands';\n");
    write(
      "cli/commandWords.ts",
      "declare function require(name: string): { writeFileSync: (file: string, text: string) => void };\n" +
        "declare const __dirname: string;\n" +
        "export const writeCommandWords = (words: string): void => {\n" +
        '  require("fs").writeFileSync(`${__dirname}/commandWords.json`, words);\n};\n',
    );
    build();
  });
  after(() => {
    rmSync(root, { recursive: true });
  });

  it("compiles, and writes the words of the commands", () => {
    expect(compiled("catalog/one.js")).to.contain("one = 1");
    expect(compiled("cli/commandWords.json")).to.equal("words of the commands");
    expect(statSync(join(root, "dist", "cli", "main.js")).mode & 0o111).to.equal(0o111);
  });

  it("compiles nothing if only times or tests have changed", () => {
    const now = new Date();
    utimesSync(join(root, "catalog", "one.ts"), now, now);
    write("tests/one.test.ts", "export const changed = true;\n");
    expect(compiles()).to.equal(false);
  });

  it("compiles a changed source, however old its time is", () => {
    write("catalog/one.ts", "export const one: number = 11;\n");
    utimesSync(join(root, "catalog", "one.ts"), new Date(0), new Date(0));
    expect(compiles()).to.equal(true);
    expect(compiled("catalog/one.js")).to.contain("one = 11");
  });

  it("removes the output of a source that is gone, and compiles it when it is back", () => {
    const text = readFileSync(join(root, "catalog", "two.ts"), "utf8");
    rmSync(join(root, "catalog", "two.ts"));
    build();
    for (const end of ["js", "d.ts"])
      expect(existsSync(join(root, "dist", "catalog", `two.${end}`)), end).to.equal(false);
    expect(compiled("cli/commandWords.json")).to.equal("words of the commands");
    write("catalog/two.ts", text);
    build();
    expect(compiled("catalog/two.js")).to.contain("two = 2");
  });

  it("fails again until an error is fixed", () => {
    write("catalog/one.ts", 'export const one: number = "";\n');
    expect(build).to.throw("Command failed");
    expect(build).to.throw("Command failed");
    write("catalog/one.ts", "export const one: number = 11;\n");
    expect(compiles()).to.equal(true);
    expect(compiles()).to.equal(false);
  });

  it("refuses a compiled file whose changes it would miss", () => {
    write("stacks/three.ts", "export const three = 3;\n");
    write("index.ts", 'export { three } from "./stacks/three";\n');
    expect(build).to.throw("stacks/three.ts is not among the sources of build.mjs");
    write("index.ts", 'export { one } from "./catalog/one";\n');
    rmSync(join(root, "stacks"), { recursive: true });
    build();
    expect(existsSync(join(root, "dist", "stacks", "three.js"))).to.equal(false);
  });
});
