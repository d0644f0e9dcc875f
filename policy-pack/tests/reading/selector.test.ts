import { expect } from "chai";
import { mayOverlap, selects, targetRefs } from "../../reading/selector";
import { Field } from "../../reading/field";
import { guarded, unknown } from "../engine";
import { read } from "../read";
import { istio } from "../resources";

const object = (spec: object = {}, namespace?: string) =>
  read(
    istio(
      "security.istio.io/v1",
      "RequestAuthentication",
      { name: "own", ...(namespace !== undefined && { namespace }) },
      {
        ...spec,
      },
    ),
  );
const labels = (matchLabels: object) => ({ selector: { matchLabels } });
const ref = (name: unknown, kind: unknown = "Gateway") => ({ kind, name });
const overlap = (
  one: object,
  other: object,
  namespaces: readonly (string | undefined)[] = ["shop", "shop"],
) => {
  const [a, b] = [object(one, namespaces[0]), object(other, namespaces[1])];
  const found = mayOverlap(a, b, new Set(["root"]));
  expect(mayOverlap(b, a, new Set(["root"])), "the other way round").to.equal(found);
  return found;
};

describe("reading/selector", () => {
  it("finds overlaps in one namespace, of a root namespace, and where a namespace is unknown", () => {
    for (const namespaces of [
      ["shop", "shop"],
      ["root", "shop"],
      [undefined, "shop"],
      [undefined, undefined],
    ]) {
      expect(overlap({}, {}, namespaces), String(namespaces)).to.equal(true);
    }
    expect(overlap({}, {}, ["shop", "bank"])).to.equal(false);
  });

  it("finds none if one label has different values", () => {
    expect(overlap(labels({ app: "web" }), labels({ app: "web", version: "v1" }))).to.equal(true);
    expect(overlap(labels({ app: "web" }), labels({ version: "v1" }))).to.equal(true);
    expect(overlap(labels({ app: "web" }), {})).to.equal(true);
    expect(overlap(labels({ app: "web", version: "v1" }), labels({ app: "web", version: "v2" }))).to.equal(
      false,
    );
  });

  it("finds none if two lists of targets have none in common", () => {
    const [a, b, c] = ["a", "b", "c"].map((name) => ref(name));
    expect(overlap({ targetRefs: [a, b] }, { targetRefs: [b, c] })).to.equal(true);
    expect(overlap({ targetRefs: [a, b] }, { targetRef: b })).to.equal(true);
    expect(overlap({ targetRefs: [a, b] }, { targetRefs: [c] })).to.equal(false);
    expect(overlap({ targetRef: a }, { targetRef: ref("a", "Service") })).to.equal(false);
    for (const open of [ref(unknown), ref("a", unknown)]) {
      expect(overlap({ targetRef: a }, { targetRef: open })).to.equal(true);
    }
    expect(overlap({ targetRef: a }, { targetRef: ref("b", unknown) })).to.equal(false);
    // Whether pods of a target have the labels is not known.
    expect(overlap({ targetRef: a, ...labels({ app: "web" }) }, labels({ app: "api" }))).to.equal(true);
  });

  it("reads the list of targets before the single one", () => {
    const paths = (spec: object) => targetRefs(object(spec)).map(({ path }) => path);
    expect(paths({})).to.deep.equal([]);
    expect(paths({ targetRef: ref("a") })).to.deep.equal(["spec.targetRef"]);
    expect(paths({ targetRef: ref("a"), targetRefs: [] })).to.deep.equal(["spec.targetRef"]);
    expect(paths({ targetRef: ref("a"), targetRefs: [ref("b"), ref("c")] })).to.deep.equal([
      "spec.targetRefs[0]",
      "spec.targetRefs[1]",
    ]);
  });

  it("matches a pod that has all labels of a selector", () => {
    const of = (content: object) => Field.of(guarded(content), new Map());
    expect(selects(of({}), of({ app: "web" }))).to.equal(true);
    expect(selects(of({ app: "web" }), of({ app: "web", version: "v1" }))).to.equal(true);
    expect(selects(of({ app: "web", version: "v2" }), of({ app: "web", version: "v1" }))).to.equal(false);
    expect(selects(of({ app: "web" }), of({}))).to.equal(false);
  });
});
