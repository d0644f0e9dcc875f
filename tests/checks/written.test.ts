import { expect } from "chai";
import { cut, isWrittenIn, put, withoutUndefined } from "../../checks/written";

const input = { a: { b: 1, none: undefined }, list: [{ c: 1 }, 2], text: "x", nothing: null };

describe("checks/written", () => {
  it("says what is declared, and everything below a value that is no object", () => {
    const isWritten = isWrittenIn(input);
    const paths = (...all: string[]): boolean[] => all.map((path) => isWritten(...path.split(".")));
    expect(paths("a", "a.b", "list.0.c", "list.1", "text", "nothing")).to.not.include(false);
    expect(paths("text.below", "text.length", "nothing.below", "a.b.below")).to.not.include(false);
    expect(paths("list.c", "list.0x", "list.x0", "list.length")).to.not.include(false);
    expect(paths("x", "a.x", "a.none", "a.none.below", "list.2", "list.10", "toString")).to.not.include(true);
    expect(isWritten()).to.equal(true);
    expect(isWrittenIn(undefined)()).to.equal(false);
    expect(isWrittenIn(undefined)("a")).to.equal(false);
  });

  it("removes a value, or its nearest parent that can be removed", () => {
    expect(cut(input, ["a", "b"])).to.deep.equal({ ...input, a: { none: undefined } });
    expect(cut(input, ["list", 0, "c"])).to.deep.equal({ ...input, list: [{}, 2] });
    expect(cut(input, ["list", 1])).to.deep.equal({ a: input.a, text: "x", nothing: null });
    expect(cut(input, ["text"])).to.deep.equal({ a: input.a, list: input.list, nothing: null });
    for (const beyond of [
      ["text", "length"],
      ["text", "below"],
    ]) {
      expect(cut(input, beyond)).to.deep.equal({ a: input.a, list: input.list, nothing: null });
    }
    expect(cut(input, ["nothing", "x"])).to.deep.equal({ a: input.a, list: input.list, text: "x" });
    expect(cut(input, ["a", "x"])).to.deep.equal({ list: input.list, text: "x", nothing: null });
    expect([cut(input, []), cut(null, ["a"]), cut("text", ["length"]), cut(undefined, ["a"])]).to.deep.equal(
      Array(4).fill(undefined),
    );
  });

  it("puts a value at a path, and leaves what is no object", () => {
    expect(put(input, ["a", "b"], 2)).to.deep.equal({ ...input, a: { b: 2, none: undefined } });
    expect(put(input, ["list", 0, "c"], 2)).to.deep.equal({ ...input, list: [{ c: 2 }, 2] });
    expect(put(input, ["new"], 2)).to.deep.equal({ ...input, new: 2 });
    expect(put(input, ["text", "below"], 2)).to.deep.equal(input);
    expect(put(input, ["nothing", "below"], 2)).to.deep.equal(input);
    expect(put(input, [], 2)).to.equal(2);
  });

  it("leaves out undefined, and returns a value without any as it is", () => {
    expect(Object.keys(withoutUndefined(input).a)).to.deep.equal(["b"]);
    expect(withoutUndefined({ list: [{ x: undefined }, 1] })).to.deep.equal({ list: [{}, 1] });
    const whole = { a: { b: 1 }, list: [{ c: 1 }], nothing: null };
    expect(withoutUndefined(whole)).to.equal(whole);
  });
});
