import { expect } from "chai";
import { allowsMore } from "../../effect/cors";
import type { Fields } from "../../effect/field";

const app = { exact: "https://app.example.com" };
const origins = (...allowOrigins: object[]): Fields => ({ allowOrigins });

describe("effect/cors", () => {
  const cases: [string, Fields | undefined, Fields | undefined, boolean][] = [
    ["a first policy", undefined, origins(app), true],
    ["a first policy without origins", undefined, { allowMethods: ["GET"] }, false],
    ["no policy any more", origins(app), undefined, false],
    ["the same policy", origins(app), origins(app), false],
    ["another origin", origins(app), origins(app, { exact: "https://shop.example.com" }), true],
    ["fewer origins", origins(app, { exact: "https://shop.example.com" }), origins(app), false],
    ["a prefix of the origin", origins(app), origins({ prefix: "https://app.example.com" }), true],
    ["an origin of the prefix", origins({ prefix: "https://app." }), origins(app), false],
    ["every origin by an expression", origins(app), origins({ regex: ".*" }), true],
    ["every origin by a text", origins(app), origins({ exact: "*" }), true],
    ["every origin by the old field", origins(app), { allowOrigin: ["*"] }, true],
    ["one origin instead of every", origins({ regex: ".*" }), origins({ regex: "https://[a-z]+" }), false],
    [
      "an expression for the origin",
      origins({ regex: "https://.*" }),
      origins({ regex: "https://app\\.example\\.com" }),
      false,
    ],
    [
      "an expression without an example",
      origins(app),
      origins({ regex: "https://[a-z]+\\.example\\.com" }),
      true,
    ],
    [
      "the same expression",
      origins({ regex: "https://[a-z]+" }),
      origins({ regex: "https://[a-z]+" }),
      false,
    ],
    ["credentials", origins(app), { ...origins(app), allowCredentials: true }, true],
    ["no credentials", { ...origins(app), allowCredentials: true }, origins(app), false],
    [
      "a method",
      { ...origins(app), allowMethods: ["GET"] },
      { ...origins(app), allowMethods: ["GET", "PUT"] },
      true,
    ],
    [
      "every method already",
      { ...origins(app), allowMethods: ["*"] },
      { ...origins(app), allowMethods: ["PUT"] },
      false,
    ],
    [
      "a header in other letters",
      { ...origins(app), allowHeaders: ["X-A"] },
      { ...origins(app), allowHeaders: ["x-a"] },
      false,
    ],
    ["a header that pages read", origins(app), { ...origins(app), exposeHeaders: ["x-a"] }, true],
    ["a longer age", origins(app), { ...origins(app), maxAge: "24h" }, false],
  ];
  for (const [what, was, is, wanted] of cases) {
    it(`${wanted ? "allows more" : "allows no more"} by ${what}`, () => {
      expect(allowsMore(was, is)).to.equal(wanted);
    });
  }
});
