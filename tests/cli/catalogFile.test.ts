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

  it("refuses aliases that multiply, at once", async () => {
    const levels = Array.from({ length: 20 }, (_, level) => {
      const item = level === 0 ? "x" : `*a${level - 1}`;
      return `a${level}: &a${level} [${Array.from({ length: 10 }, () => item).join(", ")}]`;
    });
    const file = write("bomb.yaml", levels.join("\n"));
    const begin = Date.now();
    const error = await failure(file);
    expect(error).to.be.instanceOf(UnreadableCatalog);
    expect(error.problem).to.equal(
      `${file} can't be read: its aliases multiply its content more than a hundred times`,
    );
    expect(Date.now() - begin).to.be.lessThan(5_000);
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
    it(`refuses a ${name.slice(5)} file that is nested 100,000 deep`, async () => {
      const error = await failure(write(name, "[".repeat(100_000) + "]".repeat(100_000)));
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
});
