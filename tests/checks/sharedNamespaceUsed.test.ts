import { expect } from "chai";
import { text } from "../../checks/rules/sharedNamespaceUsed";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };

const found = (catalog: object): string[] =>
  foundBy("MW330", { name: "shop", services: { web: { ports: { http } } }, ...catalog });
const unused = (index: number, namespace: string): string =>
  `sharedNamespaces[${index}]: ${text(namespace).message}`;

describe("checks of shared namespaces", () => {
  const elsewhere = { web: { ports: { http }, namespace: "front" } };

  it("find those without a service, wherever they are in the list", () => {
    expect(found({ sharedNamespaces: ["shp", "shop", "fornt"] })).to.deep.equal([
      unused(0, "shp"),
      unused(2, "fornt"),
    ]);
  });

  it("know the namespace of the catalog, and those of its services", () => {
    expect(found({ namespace: "store", sharedNamespaces: ["store"] })).to.deep.equal([]);
    expect(found({ namespace: "store", sharedNamespaces: ["shop"] })).to.deep.equal([unused(0, "shop")]);
    expect(found({ services: elsewhere, sharedNamespaces: ["front", "shop"] })).to.deep.equal([]);
    expect(found({ services: elsewhere, sharedNamespaces: ["back"] })).to.deep.equal([unused(0, "back")]);
  });

  it("say nothing where a namespace can't be read, because it may be the one", () => {
    for (const unread of [
      { name: 5 },
      { namespace: 5 },
      { services: { web: { ports: { http }, namespace: 5 } } },
    ])
      expect(found({ sharedNamespaces: ["shp"], ...unread })).to.deep.equal([]);
  });
});
