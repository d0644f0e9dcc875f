import { ESLint } from "eslint";
import { expect } from "chai";
import { z } from "zod";
import type { Shape } from "../../catalog/shape";

interface Person {
  readonly name: string;
  readonly age?: number;
}

type Way = { readonly street: string } | { readonly river: string };

/** These lines are judged by the compiler: an expected error that isn't there is one itself. */
describe("the shape of a schema", () => {
  const name = z.string();
  const age = z.int().optional();

  it("takes a schema for each field", () => {
    const schema: z.ZodType<Person> = z.strictObject({ name, age } satisfies Shape<Person>);
    expect(schema.safeParse({ name: "Ada", age: 36 }).success).to.equal(true);
  });

  it("refuses a schema without an optional field", () => {
    // @ts-expect-error age is missing
    const fields = { name } satisfies Shape<Person>;
    expect(z.strictObject(fields).safeParse({ name: "Ada", age: 36 }).success).to.equal(false);
  });

  it("refuses an unknown field, and a field of another type", () => {
    // @ts-expect-error there is no nickname
    const unknown = { name, age, nickname: z.string() } satisfies Shape<Person>;
    // @ts-expect-error age is no text
    const other = { name, age: z.string() } satisfies Shape<Person>;
    expect([unknown, other]).to.have.length(2);
  });

  it("has the fields of each alternative of a union", () => {
    const both = { street: z.string().optional(), river: z.string().optional() } satisfies Shape<Way>;
    // @ts-expect-error river is missing
    const one = { street: z.string().optional() } satisfies Shape<Way>;
    expect([both, one]).to.have.length(2);
  });

  it("is demanded of each literal in the catalog", async () => {
    // This rule reads no types, so the compiler is left out.
    const eslint = new ESLint({
      ruleFilter: ({ ruleId }) => ruleId === "no-restricted-syntax",
      overrideConfig: { languageOptions: { parserOptions: { project: false } } },
    });
    const lint = async (code: string): Promise<(string | null)[]> => {
      const [result] = await eslint.lintText(code, { filePath: "catalog/order.ts" });
      return (result?.messages ?? []).map(({ ruleId }) => ruleId);
    };
    const schema = (fields: string): string => `import { z } from "zod";\nexport const schema = ${fields};\n`;
    expect(await lint(schema("z.strictObject({ name: z.string() })"))).to.have.length(1);
    expect(await lint(schema("z.array(z.string()).min(1)"))).to.deep.equal([]);
    expect(await lint(schema("z.strictObject({ name: z.string() } satisfies Shape<Person>)"))).to.deep.equal(
      [],
    );
  }).timeout(60_000);
});
