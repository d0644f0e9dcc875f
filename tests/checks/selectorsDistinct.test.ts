import { expect } from "chai";
import { text } from "../../checks/rules/selectorsDistinct";
import { foundBy } from "./found";

const ports = { http: { port: 8080, protocol: "http" } };
type Labels = Record<string, string>;

const services = (selectors: Record<string, Labels>, more: object = {}): string[] =>
  foundBy("MW341", {
    name: "shop",
    services: Object.fromEntries(
      Object.entries(selectors).map(([name, selector]) => [name, { ports, selector, ...more }]),
    ),
  });
const versions = (labels: Record<string, Labels>): string[] =>
  foundBy("MW341", {
    name: "shop",
    services: {
      web: {
        ports,
        versions: Object.fromEntries(Object.entries(labels).map(([name, own]) => [name, { labels: own }])),
        traffic: { weights: { [Object.keys(labels)[0] ?? ""]: 100 } },
      },
    },
  });

const shown = (labels: Labels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");

describe("the check of selectors", () => {
  const wide = { app: "shop" };
  const narrow = { app: "shop", tier: "front" };

  it("finds a selector whose labels another one has, too, at the narrower one", () => {
    for (const order of [["wide", "narrow"] as const, ["narrow", "wide"] as const]) {
      const all = { wide, narrow };
      expect(services(Object.fromEntries(order.map((name) => [name, all[name]])))).to.deep.equal([
        `services.narrow.selector: ${text("services", { name: "wide", labels: wide }, { name: "narrow", labels: narrow }).message}`,
      ]);
      expect(versions(Object.fromEntries(order.map((name) => [name, all[name]])))).to.deep.equal([
        `services.web.versions.narrow.labels: ${text("versions", { name: "wide", labels: wide }, { name: "narrow", labels: narrow }).message}`,
      ]);
    }
  });

  it("finds equal selectors once, at the second one", () => {
    const expected = text("services", { name: "a", labels: wide }, { name: "b", labels: wide }).message;
    expect(services({ a: wide, b: wide })).to.deep.equal([`services.b.selector: ${expected}`]);
    expect(services({ a: wide, b: wide, c: wide })).to.have.lengthOf(3);
  });

  it("accepts selectors with a label of their own, and those of different namespaces", () => {
    expect(services({ a: { app: "shop", tier: "a" }, b: { app: "shop", tier: "b" } })).to.deep.equal([]);
    expect(services({ a: { app: "shop", tier: "a" }, b: { tier: "a", team: "x" } })).to.deep.equal([]);
    expect(versions({ v1: { version: "v1" }, v2: { version: "v2" } })).to.deep.equal([]);
    expect(
      foundBy("MW341", {
        name: "shop",
        services: {
          a: { ports, selector: wide },
          b: { ports, selector: wide, namespace: "other" },
        },
      }),
    ).to.deep.equal([]);
  });

  it("finds all that are narrower, whichever label is the rarest", () => {
    const found = services({
      a: { app: "shop", tier: "front" },
      b: { app: "shop", tier: "back" },
      c: { app: "shop", tier: "front", color: "red" },
      d: { app: "other", tier: "front" },
    });
    expect(found).to.have.lengthOf(1);
    expect(found[0]).to.match(/^services\.c\.selector: /);
  });

  it("shows the labels of both, sorted", () => {
    const { message } = text(
      "services",
      { name: "a", labels: { b: "2", a: "1" } },
      { name: "b", labels: narrow },
    );
    expect(message).to.include(shown({ a: "1", b: "2" }));
    expect(message).to.include(shown(narrow));
  });
});
