import { expect } from "chai";
import { text } from "../../checks/rules/overrideNamed";
import { checkMesh } from "../../mesh";

const patch = { metadata: { labels: { team: "shop" } } };
const http = { port: 8080, protocol: "http" };
const web = { ports: { http } };

/** The findings about an override, with their fixes. The mesh has `web` and `api` in "shop", and `api-v2` in two namespaces. */
function found(
  kind: string,
  name: string,
  more: object = {},
): { path: string; message: string; fix: string }[] {
  const { findings } = checkMesh({
    name: "shop",
    services: { web, api: web, ...more },
    overrides: { [kind]: { [name]: patch } },
  });
  return findings
    .filter(({ code }) => code === "MW115")
    .map(({ path, message, fix }) => ({ path, message, fix }));
}

describe("the check of an override's object", () => {
  const missing = (kind: string, name: string, fix: string): object[] => [
    { path: `overrides.${kind}["${name}"]`, ...text(kind, name, fix) },
  ];

  it("accepts the objects that are rendered", () => {
    for (const name of ["shop/web", "shop/api"])
      expect(found("DestinationRule", name), name).to.deep.equal([]);
    expect(found("AuthorizationPolicy", "shop/default-deny")).to.deep.equal([]);
  });

  it("suggests the similar name, or lists all", () => {
    expect(found("DestinationRule", "shop/apo")).to.deep.equal(
      missing("DestinationRule", "shop/apo", 'did you mean "shop/api"?'),
    );
    expect(found("DestinationRule", "team/orders")).to.deep.equal(
      missing("DestinationRule", "team/orders", 'use one of "shop/api", "shop/web", or remove it'),
    );
  });

  it("suggests the namespace that is missing, or those that are possible", () => {
    expect(found("DestinationRule", "web")[0]?.fix).to.equal('did you mean "shop/web"?');
    const namespaces = { "web-2": { ...web, namespace: "other" } };
    expect(found("DestinationRule", "web", namespaces)[0]?.fix).to.equal('did you mean "shop/web"?');
    expect(found("DestinationRule", "web-2", namespaces)[0]?.fix).to.equal('did you mean "other/web-2"?');
    const deny = found("AuthorizationPolicy", "default-deny", namespaces)[0]?.fix;
    expect(deny).to.equal('use one of "other/default-deny", "shop/default-deny", or remove it');
  });

  it("suggests another kind if the catalog renders none of this one", () => {
    expect(found("DestinationRules", "shop/api")[0]?.fix).to.equal('did you mean "DestinationRule"?');
    expect(found("WasmPlugin", "shop/api")[0]?.fix).to.match(
      /^use one of "AuthorizationPolicy", .*"DestinationRule", .*, or remove it$/,
    );
  });

  it("says nothing while a value is invalid, because the object may be rendered from it", () => {
    expect(found("DestinationRule", "shop/orders", { orders: { ports: { http: 5 } } })).to.deep.equal([]);
  });
});
