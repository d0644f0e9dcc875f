import { expect } from "chai";
import { withoutStackTraces } from "../../components/withoutStackTraces";

describe("components/withoutStackTraces", () => {
  let before: PropertyDescriptor | undefined;
  // While files load, other packages may still set their own.
  beforeEach(() => {
    before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  });
  afterEach(() => {
    expect(Object.getOwnPropertyDescriptor(Error, "prepareStackTrace")).to.deep.equal(before);
  });

  it("leaves the text of a stack trace out, and returns the result", () => {
    expect(withoutStackTraces(() => new Error("here").stack)).to.equal("");
    expect(new Error("here").stack).to.contain("withoutStackTraces.test");
  });

  it("throws errors with their stack trace", () => {
    const work = (): never =>
      withoutStackTraces(() => {
        throw new Error("here");
      });
    expect(work).to.throw(Error, "here").with.property("stack").that.contains("withoutStackTraces.test");
  });

  it("changes nothing when promises are debugged", () => {
    process.env.PULUMI_DEBUG_PROMISE_LEAKS = "1";
    try {
      expect(withoutStackTraces(() => new Error("here").stack)).to.contain("here");
    } finally {
      delete process.env.PULUMI_DEBUG_PROMISE_LEAKS;
    }
  });
});
