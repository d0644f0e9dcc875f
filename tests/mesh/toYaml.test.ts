import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { parse } from "yaml";
import { toYaml } from "../../mesh/toYaml";

const root = join(__dirname, "..", "..");

/** Every text that YAML 1.1, YAML 1.2 or Go's parser reads as something else than a text when it stands unquoted. */
const special = [
  ..."y Y yes Yes YES n N no No NO on On ON off Off OFF true True TRUE false False FALSE".split(" "),
  ...["~", "null", "Null", "NULL", "", "=", "<<"],
  ...["0", "0123", "09", "0o17", "0x1F", "0b101", "1_000", "0x_1", "+1", "-0"],
  ...["1:30", "190:20:30", "190:20:30.15"],
  ...[
    "1.5",
    "1.",
    "12.",
    "12.34",
    "12_3.4_5",
    "+.5",
    ".25",
    "-1_2",
    "1e3",
    "1E5",
    "12e-3",
    "._5e12",
    "1e3_0",
    "6.8523015e+5",
    "685_230.15",
    ".inf",
    "-.INF",
    ".nan",
  ],
  ...["2001-12-14", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5"],
];

describe("toYaml", () => {
  it("quotes every text that a parser would read as a boolean, a number, null or a date", () => {
    for (const text of special) {
      const yaml = toYaml([text, { [text]: text }]);
      const quoted = JSON.stringify(text);
      expect(yaml).to.equal(`- ${quoted}\n- ${quoted}: ${quoted}\n`);
    }
  });

  it("leaves other texts, numbers and booleans as they are", () => {
    expect(
      toYaml({
        image: "web:1.4.2",
        timeout: "10s",
        path: "/api",
        version: "1.31.0",
        port: 8080,
        enabled: true,
        none: null,
      }),
    ).to.equal(
      "image: web:1.4.2\ntimeout: 10s\npath: /api\nversion: 1.31.0\nport: 8080\nenabled: true\nnone: null\n",
    );
    for (const text of ["x1", "1x", "1e", "a.5", "1.a", "1e5x", "1e+-5", ".x", "a b ".repeat(50).trim()]) {
      expect(toYaml(text)).to.equal(`${text}\n`);
    }
  });

  it("is read alike by YAML 1.1 and 1.2", () => {
    const text = fc.oneof(
      fc.constantFrom(...special),
      fc.string(),
      fc.stringMatching(/^[-+.]?[\d_:.eE-]{1,8}$/),
    );
    fc.assert(
      fc.property(
        fc.dictionary(text, fc.oneof(text, fc.array(text), fc.integer(), fc.boolean())),
        (value) => {
          const yaml = toYaml(value);
          for (const version of ["1.1", "1.2"] as const) {
            expect(parse(yaml, { version, merge: false }), yaml).to.deep.equal({ ...value });
          }
        },
      ),
    );
  });

  it("repeats an object that stands in two places", () => {
    const shared = { port: 80 };
    expect(toYaml({ a: shared, b: shared })).to.equal("a:\n  port: 80\nb:\n  port: 80\n");
  });

  it("is what every part of the program writes YAML with, or with the same option", () => {
    const files = globSync("*/**/*.ts", {
      cwd: root,
      exclude: ["node_modules", "dist", "tests", "**/node_modules"],
    });
    expect(files).to.include(join("mesh", "toYaml.ts"));
    const unquoted = files.filter((file) => {
      const source = readFileSync(join(root, file), "utf8");
      const imported = /import \{[^}]*\bstringify\b[^}]*\} from "yaml"/.test(source);
      return (
        imported &&
        (source.match(/(?<!JSON\.)\bstringify\(/g) ?? []).length !==
          (source.match(/compat: "yaml-1\.1"/g) ?? []).length
      );
    });
    expect(unquoted).to.deep.equal([]);
  });
});
