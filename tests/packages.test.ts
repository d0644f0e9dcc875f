import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect } from "chai";
import { subset } from "semver";
import { anchorsOf, linksOf } from "./docs/markdown";

const root = join(__dirname, "..");
const textOf = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly engines?: { readonly node?: string };
}
type LockedPackages = Readonly<Record<string, LockedPackage>>;

/** Files of a package's tarball, relative to its folder. */
function packedFiles(folder: string): string[] {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: join(root, folder),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [tarball] = JSON.parse(output) as { readonly files: readonly { readonly path: string }[] }[];
  return (tarball?.files ?? []).map(({ path }) => path);
}

/** The links of a packed page that lead to nothing in its tarball. */
function brokenLinks(folder: string, files: readonly string[], page: string): string[] {
  return linksOf(textOf(folder, page)).filter((link) => {
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : normalize(join(dirname(page), path)).replace(/\/$/, "");
    if (!files.includes(target)) return !files.some((file) => file.startsWith(`${target}/`));
    return anchor !== undefined && !anchorsOf(textOf(folder, target)).includes(anchor);
  });
}

/** Paths in a lock of everything that a package's users install: its dependencies and peers, and theirs. */
function installed(packages: LockedPackages): string[] {
  const found = new Set<string>([""]);
  for (const path of found) {
    const { dependencies = {}, peerDependencies = {} } = packages[path] ?? {};
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const target = resolvePackage(packages, path, name);
      if (target !== undefined) found.add(target);
    }
  }
  return [...found].filter((path) => path !== "");
}

/** The path of the package that `from` gets by a name: in its own node_modules, or in those of a folder above. */
function resolvePackage(packages: LockedPackages, from: string, name: string): string | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(at.lastIndexOf("/node_modules/"), 0))) {
    const path = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (path in packages) return path;
    if (at === "") return undefined;
  }
}

for (const [folder, least] of [
  [".", 100],
  ["policy-pack", 3],
] as const) {
  const manifest = JSON.parse(textOf(folder, "package.json")) as { name: string; engines: { node: string } };

  describe(`the package ${manifest.name}`, () => {
    it("contains whatever its pages link to", () => {
      const files = packedFiles(folder);
      const pages = files.filter((file) => file.endsWith(".md"));
      expect(pages).to.include("README.md").and.to.have.length.greaterThan(least);
      const broken = pages.flatMap((page) =>
        brokenLinks(folder, files, page).map((link) => `${page}: ${link}`),
      );
      expect(broken).to.deep.equal([]);
    });

    it("admits only versions of Node.js that everything installed with it admits", () => {
      const { packages } = JSON.parse(textOf(folder, "package-lock.json")) as { packages: LockedPackages };
      expect(packages[""]?.engines).to.deep.equal(manifest.engines);
      const paths = installed(packages);
      expect(paths).to.include.members(
        ["@pulumi/pulumi", "yaml", "@grpc/grpc-js"].map((name) => `node_modules/${name}`),
      );
      const narrower = paths.filter(
        (path) => !subset(manifest.engines.node, packages[path]?.engines?.node ?? "*"),
      );
      expect(narrower).to.deep.equal([]);
    });
  });
}

describe("the command's own check of Node.js", () => {
  it("asks for the version that package.json asks for", () => {
    const { engines } = JSON.parse(textOf("package.json")) as { engines: { node: string } };
    const [, wanted = ""] = /^const wanted = "([\d.]+)";$/m.exec(textOf("cli", "main.ts")) ?? [];
    expect(engines.node).to.equal(`>=${wanted}`);
  });
});
