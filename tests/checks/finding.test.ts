import { expect } from "chai";
import { findingText } from "../../checks";

describe("checks/finding", () => {
  it("ends sentences that don't end, and no others", () => {
    const path = "services.web";
    expect(findingText({ path, message: "it is wrong", fix: "mend it" })).to.equal(
      "services.web: it is wrong. Fix: mend it.",
    );
    expect(findingText({ path, message: 'did you mean "web"?', fix: "write it." })).to.equal(
      'services.web: did you mean "web"? Fix: write it.',
    );
    expect(findingText({ path, message: "the image a.b is old", fix: "write it!" })).to.equal(
      "services.web: the image a.b is old. Fix: write it!",
    );
  });

  it("begin with the message where a finding is about the whole catalog", () => {
    expect(findingText({ path: "", message: "it is wrong", fix: "mend it" })).to.equal(
      "it is wrong. Fix: mend it.",
    );
  });
});
