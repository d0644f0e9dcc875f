import { expect } from "chai";
import fc from "fast-check";
import { formatPath, parsePath, valueAt } from "../../catalog";

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

  it("leads to a value, and to undefined where a part is missing", () => {
    const catalog = { services: { web: { calls: [{ to: "api" }, null] } } };
    expect(valueAt(catalog, [])).to.equal(catalog);
    expect(valueAt(catalog, ["services", "web", "calls", 0, "to"])).to.equal("api");
    for (const path of [
      ["services", "api", "calls"],
      ["services", "web", "calls", 1, "to"],
      ["services", "web", "calls", 0, "to", "length"],
      ["services", "constructor"],
    ]) {
      expect(valueAt(catalog, path), path.join(".")).to.equal(undefined);
    }
  });
});
