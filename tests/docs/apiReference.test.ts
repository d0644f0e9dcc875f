import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { addOnCharts } from "../../components";
import * as meshwright from "../../index";
import * as components from "../../pulumi";
import { type Api, readApi } from "../../docs/apiReference";
import { anchorsOf, linksOf } from "./markdown";

const root = join(__dirname, "..", "..");

describe("docs/api.md", () => {
  let api: Api;
  before(() => {
    api = readApi(root);
  });

  it("has a section for everything that a program can import", () => {
    expect([...api.components, ...api.values].map(({ name }) => name)).to.have.members(
      Object.keys({ ...meshwright, ...components }),
    );
  });

  it("says of every exported name and field what it means", () => {
    const { components, values, types, normalized, chartValues } = api;
    const fields = [...components.map(({ outputs }) => outputs), ...types].flatMap((type) => type.fields);
    const named = [...components, ...values, ...types, ...normalized, ...chartValues, ...fields];
    const silent = named.filter(({ description }) => description.join("").trim() === "");
    expect(silent.map(({ name }) => name)).to.deep.equal([]);
  });

  it("says of every argument that may be left out what holds then", () => {
    const silent = api.types
      .filter(({ name }) => name.endsWith("Args"))
      .flatMap(({ fields }) => fields)
      .filter(({ required, description }) => !required && !/\bDefault: /.test(description.join("\n")));
    expect(silent.map(({ name }) => name)).to.deep.equal([]);
  });

  it("has the values of every chart that is installed", () => {
    const charts = [...Object.keys(addOnCharts), "base", "cni", "istiod", "gateway"];
    const told = api.chartValues.map(({ description }) => /`([^`]+)`/.exec(description[0] ?? "")?.[1]);
    expect(told).to.have.members(charts);
  });
});

describe("the references", () => {
  for (const name of ["api.md", "catalog.md"]) {
    it(`have links that lead somewhere: ${name}`, () => {
      const page = readFileSync(join(root, "docs", name), "utf8");
      const headings = page.split("\n").filter((line) => line.startsWith("## "));
      expect(headings).to.have.length.greaterThan(40);
      for (const link of linksOf(page)) {
        const [file = "", anchor] = link.split("#");
        const target = readFileSync(join(root, "docs", file === "" ? name : file), "utf8");
        if (anchor !== undefined) expect(anchorsOf(target), link).to.include(anchor);
      }
    });
  }

  it("state the values that a type has", () => {
    const page = readFileSync(join(root, "docs", "catalog.md"), "utf8");
    expect(page).to.include('type MtlsMode = "STRICT" | "PERMISSIVE";').and.to.not.include("typeof");
  });
});
