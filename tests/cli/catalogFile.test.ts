import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { z } from "zod";
import { maxCatalogBytes, readCatalog, UnreadableCatalog } from "../../cli/catalogFile";
import { UserError } from "../../errors/userError";
import { checkMesh } from "../../mesh";
import { packageRoot } from "../../toolchain/packageRoot";

describe("cli/catalogFile", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "catalog-file-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const write = (name: string, content: string): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };
  const failure = (file: string): Promise<UserError> =>
    readCatalog(file).then(
      () => {
        throw new Error("It was read.");
      },
      (error: unknown) => error as UserError,
    );

  it("refuses a file of 100 MB without reading it", async () => {
    const file = write("large.json", "");
    truncateSync(file, 100 * 1024 * 1024);
    const before = process.memoryUsage().rss;
    const error = await failure(file);
    expect(error).to.be.instanceOf(UserError);
    expect(error.problem).to.equal(`${file} has more than 50 MB.`);
    expect(process.memoryUsage().rss - before).to.be.lessThan(maxCatalogBytes);
  });

  it("gives a program the zod that is loaded here if it has the same, and its own otherwise", async () => {
    const packages = join(folder, "node_modules");
    mkdirSync(packages);
    symlinkSync(join(packageRoot(), "node_modules", "zod"), join(packages, "zod"));
    const same = write("same.ts", 'import { z } from "zod";\nexport const catalog = { z };');
    expect(((await readCatalog(same)) as { z: unknown }).z).to.equal(z);
    rmSync(join(packages, "zod"));
    mkdirSync(join(packages, "zod"));
    writeFileSync(join(packages, "zod", "index.js"), 'exports.z = "its own";');
    const own = write("own.ts", 'import { z } from "zod";\nexport const catalog = { z };');
    expect(await readCatalog(own)).to.deep.equal({ z: "its own" });
    rmSync(packages, { recursive: true });
  });

  it("refuses aliases that multiply before it has multiplied them", async () => {
    const levels = Array.from({ length: 20 }, (_, level) => {
      const item = level === 0 ? "x" : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array.from({ length: 10 }, () => item).join(", ")}]`;
    });
    const file = write("bomb.yaml", levels.join("\n"));
    const error = await failure(file);
    expect(error).to.be.instanceOf(UnreadableCatalog);
    expect(error.problem).to.equal(
      `${file} can't be read: its aliases multiply its content more than a hundred times`,
    );
  });

  it("reads JSON with colons and quotes in its texts, and refuses a key that an object has twice", async () => {
    const catalog = { name: 'a": 1, "b', services: { "x:y": { "\\": [{}, 1, 'c" : d'] }, list: null } };
    for (const text of [JSON.stringify(catalog), JSON.stringify(catalog, null, 2)]) {
      expect(await readCatalog(write("quoted.json", text))).to.deep.equal(catalog);
    }
    const file = write("twice.json", '{\n "name": "a",\n "services": {},\n "services": {}\n}');
    const error = await failure(file);
    expect(error).to.be.instanceOf(UnreadableCatalog);
    expect((error as UnreadableCatalog).position?.line).to.equal(4);
  });

  it("refuses an alias inside of its own value, and one without an anchor", async () => {
    for (const [text, reason] of [
      ["services: &all\n  web: *all\n", "an alias is inside of the value that it names"],
      ["services: *all\n", "the alias all has no anchor before it"],
    ]) {
      const file = write("alias.yaml", `name: shop\n${text}`);
      const error = await failure(file);
      expect(error).to.be.instanceOf(UnreadableCatalog);
      expect(error.problem).to.equal(`${file} can't be read: ${reason}`);
    }
  });

  for (const name of ["deep.json", "deep.yaml"]) {
    it(`refuses a ${name.slice(5)} file that is nested 20,000 deep`, async () => {
      const error = await failure(write(name, "[".repeat(20_000) + "]".repeat(20_000)));
      expect(error).to.be.instanceOf(UnreadableCatalog);
      expect(error.problem).to.contain("can't be read: ");
    });
  }

  it("executes only files that are TypeScript or JavaScript by their name", async () => {
    const marker = join(folder, "executed");
    const program = `require("node:fs").writeFileSync(${JSON.stringify(marker)}, "");`;
    for (const name of ["catalog", "catalog.txt", "catalog.ts.bak", "catalog.sh", "catalog.jsx"]) {
      const error = await failure(write(name, program));
      expect(error.problem, name).to.contain("is not a catalog: its extension is");
    }
    for (const name of ["catalog.json", "catalog.yaml"]) {
      await readCatalog(write(name, program)).catch(() => undefined);
    }
    expect(() => {
      rmSync(marker);
    }).to.throw("ENOENT");
    await readCatalog(write("catalog.js", `${program}\nmodule.exports = { catalog: {} };`));
    rmSync(marker);
  });

  it("reads any text as a value, or fails with an error for users, and checks whatever it has read", async () => {
    const fragments = [
      "name: shop\n",
      "services:\n",
      "  web: ",
      "&a ",
      "*a",
      "<<: ",
      "- ",
      "{",
      "}",
      "[",
      "]",
      ": ",
      "!!js/function ",
      "? ",
      "|\n",
      '"',
      "\t",
      "---\n",
      "ports: ",
      "http",
      "80",
      "null",
      "~",
    ];
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.json(),
      fc.array(fc.constantFrom(...fragments), { maxLength: 40 }).map((parts) => parts.join("")),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom("any.json", "any.yaml"), async (content, name) => {
        let catalog: unknown;
        try {
          catalog = await readCatalog(write(name, content));
        } catch (error) {
          if (error instanceof UserError) return;
          throw error;
        }
        expect(checkMesh(catalog)).to.have.property("findings");
      }),
      { numRuns: 500 },
    );
  });

  it("says where YAML or JSON is wrong, and that no program is expected", async () => {
    const twice = await failure(write("twice.yaml", "name: shop\nservices:\n  web: {}\n  web: {}\n"));
    expect(twice.problem).to.match(/Map keys must be unique, at line 4, column 3$/);
    expect(twice.fix).to.not.contain("import");
    const commented = await failure(write("commented.json", '{\n  // the shop\n  "name": "shop"\n}'));
    expect(commented.problem).to.match(/JSON has no comments.*, at line 2, column 3$/);
    expect((await failure(write("broken.ts", "export const catalog = {"))).fix).to.contain("import");
  });

  it("reads a JSON text with // in a value", async () => {
    const file = write("url.json", '{\n"$schema":\n"https://example.com", "name": "shop", }');
    expect(await readCatalog(file)).to.deep.equal({ $schema: "https://example.com", name: "shop" });
  });

  it("says that a file is empty", async () => {
    for (const [name, content] of Object.entries({
      "a.yaml": "",
      "b.yaml": "# only a comment\n",
      "c.json": "null",
    })) {
      const error = await failure(write(name, content));
      expect(error).to.be.instanceOf(UnreadableCatalog);
      expect(error.problem).to.contain("it is empty");
    }
  });

  it("reads the merge keys of YAML", async () => {
    const file = write("merged.yaml", "a: &base { x: 1, y: 1 }\nb: { <<: *base, y: 2 }\n");
    expect(await readCatalog(file)).to.deep.equal({ a: { x: 1, y: 1 }, b: { x: 1, y: 2 } });
    expect(await failure(write("scalar.yaml", "<<: 1\n"))).to.be.instanceOf(UnreadableCatalog);
  });

  it("calls a function without arguments, and refuses one that requires some", async () => {
    const optional = write("optional.ts", 'export const catalog = (stage = "prod") => ({ name: stage });');
    expect(await readCatalog(optional)).to.deep.equal({ name: "prod" });
    const required = await failure(
      write(
        "required.ts",
        "export const catalog = (stage: string, host: string) => ({ name: stage + host });",
      ),
    );
    expect(required).to.be.instanceOf(UserError);
    expect(required.problem).to.contain("a function with 2 required parameters");
    expect(required.fix).to.contain("--stack");
  });

  it("reports an error that a function throws or rejects with as one of the file", async () => {
    for (const made of [
      '() => { throw new Error("no host"); }',
      'async () => { throw new Error("no host"); }',
    ]) {
      const error = await failure(write(`throws${made.length}.ts`, `export const catalog = ${made};`));
      expect(error).to.be.instanceOf(UnreadableCatalog);
      expect(error.problem).to.contain("no host");
    }
  });
});
