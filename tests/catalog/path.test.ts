import { expect } from "chai";
import fc from "fast-check";
import { formatPath, parsePath } from "../../catalog";

describe("path", () => {
  it("joins names with dots, and puts numbers and other keys into brackets", () => {
    const path = ["gateways", "public-1", "hosts", "api.example.com", "routes", 0, "prefix"];
    expect(formatPath(path)).to.equal('gateways.public-1.hosts["api.example.com"].routes[0].prefix');
  });

  it("is empty for the catalog itself", () => {
    expect(formatPath([])).to.equal("");
  });

  it("is the same after it was written and read", () => {
    const segments = fc.array(fc.oneof(fc.string(), fc.nat()));
    fc.assert(
      fc.property(segments, (path) => {
        expect(parsePath(formatPath(path))).to.deep.equal(path);
      }),
    );
  });
});
