import { expect } from "chai";
import { nearest } from "../../checks/nearest";
import { shortened } from "../../checks/shortened";

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `name-${i + 1}`);

describe("the fix of an unknown name", () => {
  it("is the most similar name, if a third of the letters differ at most", () => {
    expect(nearest("orders", ["payments", "order"], "remove it")).to.equal('did you mean "order"?');
    expect(nearest("abc", ["xyz", "abd"], "remove it")).to.equal('did you mean "abd"?');
    expect(nearest("ab", ["abc"], "remove it")).to.equal('use one of "abc", or remove it');
  });

  it("lists the names if there are at most 12", () => {
    const twelve = numbered(12);
    const list = twelve.map((name) => `"${name}"`).join(", ");
    expect(nearest("other", twelve, "remove it")).to.equal(`use one of ${list}, or remove it`);
    expect(nearest("other", numbered(13), "remove it")).to.equal("remove it");
    expect(nearest("other", [], "remove it")).to.equal("remove it");
  });
});

describe("a long call path", () => {
  it("is shortened to its first and last five parts if it has more than 12", () => {
    expect(shortened(numbered(12))).to.equal(numbered(12).join(" → "));
    const [first, last] = [numbered(5), numbered(13).slice(8)];
    expect(shortened(numbered(13))).to.equal([...first, "…", ...last].join(" → "));
    expect(shortened(numbered(13), ", ")).to.equal([...first, "…", ...last].join(", "));
  });
});
