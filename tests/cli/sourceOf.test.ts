import { expect } from "chai";
import { positionOf } from "../../cli/sourceOf";

/** The text from the place that a path has been found at, up to the end of the line. */
function found(text: string, path: string, isData: boolean): string | undefined {
  const place = positionOf(text, path, isData);
  return place && `${place.line}: ${text.split("\n")[place.line - 1]?.slice(place.column - 1) ?? ""}`;
}

describe("the place of a finding", () => {
  const yaml = `name: shop
services:
  web:
    ports: { http: { port: 80, protocol: http } }
    calls:
      api:
        - methods: [GET]
        - timeout: 10 s
  "a.b":
    ports: {}
`;

  it("is found in YAML, by key and by number", () => {
    expect(found(yaml, "services.web.calls.api[1].timeout", true)).to.equal("8: timeout: 10 s");
    expect(found(yaml, "services.web.ports.http.port", true)).to.equal("4: port: 80, protocol: http } }");
    expect(found(yaml, "services.web.calls.api[0].methods[0]", true)).to.equal("7: GET]");
    expect(found(yaml, 'services["a.b"].ports', true)).to.equal("10: ports: {}");
  });

  it("is that of the nearest parent where a field is missing", () => {
    expect(found(yaml, "services.web.traffic.weights", true)).to.equal("3: web:");
    expect(found(yaml, "gateways.public", true)).to.equal("1: name: shop");
    expect(found("[1, 2]", "services.web", true)).to.equal("1: [1, 2]");
  });

  it("is found in JSON", () => {
    const json = '{\n  "name": "shop",\n  "services": {\n    "web": {\n      "ports": {}\n    }\n  }\n}\n';
    expect(found(json, "services.web.ports", true)).to.equal('5: "ports": {}');
  });

  const program = `import { defineMesh } from "meshwright";
// services: { web: { calls: {} } }
const text = "services: { web: { calls: {} } }";
const http = { port: 8080, protocol: "http" } as const;
interface Options { name: string }
function shop({ name }: Options) {
  return name;
}
const api = {
  ports: { http },
  resilience: { timeout: "30s" },
};
export const catalog = defineMesh({
  name: shop({ name: "shop" }),
  services: {
    web: {
      ports: { http },
      calls: {
        api: [{ methods: ["GET"] }, { timeout: "10s" }],
        "other-api": {},
      },
    },
    api,
    ["computed"]: {},
  },
  gateways: { public: { hosts: { "shop.example.com": { routes: [{ prefix: "/", service: "web" }] } } } },
});
`;

  it("is found in a program, through lists, quoted keys and constants, and not in comments and texts", () => {
    expect(found(program, "services.web.calls.api[1].timeout", false)).to.equal('19: timeout: "10s" }],');
    expect(found(program, "services.web.calls.other-api", false)).to.equal('20: "other-api": {},');
    expect(found(program, "services.api.resilience.timeout", false)).to.equal('11: timeout: "30s" },');
    expect(found(program, "services.api.ports.http.port", false)).to.equal(
      '4: port: 8080, protocol: "http" } as const;',
    );
    expect(found(program, 'gateways.public.hosts["shop.example.com"].routes[0].service', false)).to.equal(
      '26: service: "web" }] } } } },',
    );
  });

  it("is that of the nearest parent in a program, or none", () => {
    expect(found(program, "services.web.traffic.weights", false)).to.equal("16: web: {");
    expect(found(program, "services.api.traffic.weights", false)).to.equal("23: api,");
    expect(found(program, "externalServices.bank", false)).to.equal(undefined);
    expect(found("export default 1;", "services.web", false)).to.equal(undefined);
  });
});
