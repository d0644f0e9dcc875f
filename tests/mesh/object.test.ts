import { expect } from "chai";
import { fullName, inOrder, type Manifest } from "../../mesh/object";

const object = (kind: string, name: string, namespace?: string, fields: object = {}): Manifest => ({
  kind,
  apiVersion: "v1",
  metadata: namespace === undefined ? { name } : { name, namespace },
  ...fields,
});

describe("object", () => {
  it("has a full name with its namespace, if it has one", () => {
    expect(fullName(object("Service", "web", "shop"))).to.equal("shop/web");
    expect(fullName(object("Namespace", "shop"))).to.equal("shop");
  });

  it("comes in the order of kind, namespace and name", () => {
    const objects = [
      object("Service", "web", "shop"),
      object("Namespace", "shop"),
      object("Service", "api", "shop"),
      object("Service", "web", "bank"),
      object("Service", "web"),
      object("Namespace", "bank"),
    ];
    expect(inOrder(objects).map(({ kind, ...one }) => `${kind} ${fullName({ kind, ...one })}`)).to.deep.equal(
      [
        "Namespace bank",
        "Namespace shop",
        "Service web",
        "Service bank/web",
        "Service shop/api",
        "Service shop/web",
      ],
    );
  });

  it("has sorted keys on every level and no undefined values; lists keep their order", () => {
    const fields = {
      spec: { b: [3, { z: null, c: "", a: undefined }, 1], a: { y: false, x: undefined, d: 0 } },
      data: undefined,
    };
    expect(JSON.stringify(inOrder([object("ConfigMap", "own", "shop", fields)]))).to.equal(
      '[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"own","namespace":"shop"},' +
        '"spec":{"a":{"d":0,"y":false},"b":[3,{"c":"","z":null},1]}}]',
    );
    const [sorted] = inOrder([object("ConfigMap", "own", "shop", fields)]);
    expect(Object.keys(sorted ?? {})).to.deep.equal(["apiVersion", "kind", "metadata", "spec"]);
  });
});
