import { expect } from "chai";
import { Field, UNKNOWN } from "../../reading/field";
import { guarded, unknown } from "../engine";

describe("field", () => {
  const read = (properties: object) => {
    const unknowns = new Map<string, Error>();
    return { root: Field.of(guarded(properties), unknowns), unknowns };
  };

  it("has its path in the form of Kubernetes documents", () => {
    const { root } = read({ spec: { ports: [{ number: 1 }, { number: 2 }], portLevelMtls: { 8080: {} } } });
    expect(root.at("spec", "ports", 1, "number").path).to.equal("spec.ports[1].number");
    expect(
      root
        .at("spec", "portLevelMtls")
        .children()
        .map(({ path }) => path),
    ).to.deep.equal(['spec.portLevelMtls["8080"]']);
    expect(root.at("metadata", "annotations", "a.b/c").path).to.equal('metadata.annotations["a.b/c"]');
  });

  it("has no value below a missing one, and reads null as missing", () => {
    const { root } = read({ spec: null, host: "catalog", list: [] });
    for (const field of [
      root.at("spec"),
      root.at("spec", "a", "b"),
      root.at("none"),
      root.at("host", "length"),
      root.at("list", 0),
    ]) {
      expect(field.value).to.equal(undefined);
      expect(field.isSet).to.equal(false);
      expect(field.children()).to.deep.equal([]);
    }
    expect(root.at("toString").value).to.equal(undefined);
  });

  it("has unknown values below an unknown one, and records only those that are read", () => {
    const { root, unknowns } = read({ a: unknown, b: { c: unknown, d: 1 } });
    expect(root.at("a", "x", "y").peek).to.equal(UNKNOWN);
    expect(root.at("a").isSet).to.equal(true);
    expect(root.children().map(({ path }) => path)).to.deep.equal(["a", "b"]);
    expect([...unknowns]).to.deep.equal([]);
    expect(root.at("b", "d").value).to.equal(1);
    expect(root.at("b", "c").value).to.equal(UNKNOWN);
    expect(root.at("a").children()).to.deep.equal([]);
    expect([...unknowns.keys()]).to.deep.equal([
      "string value at .b.c can't be known during preview",
      "string value at .a can't be known during preview",
    ]);
  });

  it("does not catch other errors", () => {
    const trap = {
      get spec(): never {
        throw new TypeError("broken");
      },
    };
    expect(() => Field.of(trap, new Map()).at("spec")).to.throw(TypeError, "broken");
  });
});
