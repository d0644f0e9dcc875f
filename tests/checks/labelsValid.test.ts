import { expect } from "chai";
import { invalidKey, invalidValue } from "../../checks/rules/labelsValid";
import { checkMesh } from "../../mesh";

const ports = { http: { port: 8080, protocol: "http" } };
const image = "registry.example.com/web:1.0.0";

const found = (web: object): string[] =>
  checkMesh({ name: "shop", services: { web: { ports, ...web } } })
    .findings.filter(({ code }) => code === "MW905")
    .map(({ path, message, fix }) => `${path}: ${message}: ${fix}`);

const at = (place: string, { message, fix }: { message: string; fix: string }): string =>
  `services.web.${place}: ${message}: ${fix}`;

describe("the check of labels and annotations", () => {
  it("finds invalid keys and values wherever a service has them", () => {
    const wrong = { "a b": "c d" };
    const [label, annotation] = [invalidKey("label", "a b"), invalidKey("annotation", "a b")];
    const value = invalidValue("c d");
    for (const [place, web, texts] of [
      ['workload.labels["a b"]', { workload: { image, labels: wrong } }, [label, value]],
      ['workload.annotations["a b"]', { workload: { image, annotations: wrong } }, [annotation]],
      ['serviceAccount.annotations["a b"]', { serviceAccount: { annotations: wrong } }, [annotation]],
      ['selector["a b"]', { selector: wrong }, [label, value]],
      ['versions.v1.labels["a b"]', { versions: { v1: { labels: wrong } } }, [label, value]],
    ] as const) {
      expect(found(web).sort(), place).to.deep.equal(texts.map((one) => at(place, one)).sort());
    }
  });

  it("accepts keys with a domain, values that are empty, and any text in an annotation", () => {
    const valid = { "example.com/team_1.x": "Shop-Team", empty: "" };
    const annotations = { "example.com/note": "any text, with spaces" };
    expect(found({ workload: { image, labels: valid, annotations } })).to.deep.equal([]);
    for (const key of ["", "-a", "a-", "/a", "example.com/", "a/b/c", "a".repeat(64)]) {
      const labels = { [key]: "x" };
      expect(found({ workload: { image, labels } }), key).to.have.lengthOf(1);
    }
  });

  it("says which characters are allowed", () => {
    const characters = "at most 63 letters, digits, -, _ and ., beginning and ending with a letter or digit";
    const fix = `use ${characters}, optionally after a domain and /`;
    expect(invalidKey("label", "a b")).to.deep.equal({ message: '"a b" can\'t be the key of a label', fix });
    expect(invalidKey("annotation", "x y").message).to.equal('"x y" can\'t be the key of an annotation');
    expect(invalidValue("c d")).to.deep.equal({
      message: '"c d" can\'t be the value of a label',
      fix: `use ${characters}`,
    });
  });
});
