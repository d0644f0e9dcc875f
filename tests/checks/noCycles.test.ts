import { expect } from "chai";
import { checkMesh } from "../../mesh";

const ports = { http: { port: 8080, protocol: "http" } };

/** What is found in services with calls, written as `"a>b c"` for a call of each of two services. */
function found(calls: readonly string[], more: Record<string, unknown> = {}): string[] {
  const services: Record<string, { ports: object; calls: Record<string, unknown> }> = {};
  for (const line of calls) {
    const [caller = "", callees = ""] = line.split(">");
    const named = callees.split(" ").map((callee) => [callee, more[`${caller}>${callee}`] ?? {}] as const);
    services[caller] = { ports, calls: Object.fromEntries(named) };
  }
  return checkMesh({ name: "shop", services })
    .findings.filter(({ code }) => code === "MW405" || code === "MW001")
    .map(({ path, message }) => `${path}: ${message}`);
}

const cycle = (names: string, more = ""): string => {
  const [first = "", ...others] = names.split(" ");
  const whole = [first, ...others, first].join(" → ");
  return `services.${others.at(-1) ?? ""}.calls.${first}: ${whole} is a cycle: none of these services works without the others, and a request may never end${more}`;
};
const also = (...calls: string[]): string =>
  `. More cycles contain these services, closed by ${calls.map((call) => `services.${call}`).join(", ")}`;

describe("the check of cycles", () => {
  it("reports cycles that share services once, at the shortest", () => {
    expect(found(["a>b", "b>a"])).to.deep.equal([cycle("a b")]);
    expect(found(["a>a"])).to.deep.equal([]);
    expect(found(["a>b", "b>a c", "c>a"])).to.deep.equal([cycle("a b", also("c.calls.a"))]);
    expect(found(["a>b", "b>c", "c>a b"])).to.deep.equal([cycle("b c", also("c.calls.a"))]);
    expect(found(["a>b", "b>a", "c>d", "d>c"])).to.deep.equal([cycle("a b"), cycle("c d")]);
    expect(found(["a>b c", "b>a", "c>d", "d>c a"])).to.deep.equal([
      cycle("a b", also("d.calls.c", "d.calls.a")),
    ]);
  });

  it("leaves a cycle with a misread or asynchronous call unjudged", () => {
    expect(found(["a>b", "b>a"], { "a>b": { asynchronous: true } })).to.deep.equal([]);
    for (const call of ["a>b", "b>c", "c>a"]) {
      const [finding, ...others] = found(["a>b", "b>c", "c>a"], { [call]: { timeout: 5 } });
      const [caller = "", callee = ""] = call.split(">");
      expect(finding).to.match(new RegExp(`^services.${caller}.calls.${callee}.timeout: `));
      expect(others).to.deep.equal([]);
    }
  });
});
