import { existsSync, globSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { rules } from "../../checks";
import { parity } from "../../docs/parity/page";
import { policies } from "../../policy-pack/policies";

const tests = join(__dirname, "..");
const answers = Object.values(parity)
  .flat()
  .flatMap(({ id, answers: list }) => list.map((answer) => ({ id, answer })));

describe("docs/checks/parity.md", () => {
  it("answers each mistake, message and validation once", () => {
    expect(parity.mistakes.map(({ id }) => Number(id))).to.deep.equal(
      Array.from({ length: 40 }, (_, i) => i + 1),
    );
    for (const rows of Object.values(parity)) {
      const ids = rows.map(({ id }) => id);
      expect(ids).to.deep.equal([...new Set(ids)]);
      for (const row of rows) expect(row.answers, row.id).to.not.be.empty;
    }
    expect(parity.istioctl).to.have.lengthOf(68);
    expect(parity.kiali).to.have.lengthOf(72);
  });

  it("has every message of the analyzer that the toolchain builds", function () {
    const modules = process.env.GOMODCACHE ?? join(process.env.GOPATH ?? join(homedir(), "go"), "pkg", "mod");
    const [file] = globSync(join(modules, "istio.io", "istio@*", "pkg/config/analysis/msg/messages.yaml"));
    // Only where Istio's source is, as on a machine that has built the toolchain.
    if (file === undefined) return this.skip();
    const { messages } = parse(readFileSync(file, "utf8")) as { messages: { code: string }[] };
    expect(parity.istioctl.map(({ id }) => id)).to.have.members(messages.map(({ code }) => code));
  });

  it("names checks, policies and tests that there are", () => {
    const codes = rules.map(({ code }) => code as string);
    const names = policies.map(({ name }) => name);
    for (const { id, answer } of answers) {
      if (answer.kind === "check") expect(codes, id).to.include(answer.code);
      if (answer.kind === "policy") expect(names, id).to.include(answer.name);
      if (answer.kind !== "impossible") continue;
      const file = join(tests, `${answer.file}.test.ts`);
      expect(existsSync(file), file).to.equal(true);
      expect(readFileSync(file, "utf8"), id).to.contain(`it("${answer.title}"`);
    }
  });
});
