import { expect } from "chai";
import { Environment } from "@marcbachmann/cel-js";
import { crdRefusals } from "../../checks/crdRefusals";
import schemas from "../../checks/schemas.gen.json";
import { found } from "./overriding";

/** The rules of CEL anywhere in the CRDs. */
function rulesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { "x-kubernetes-validations": rules } = value as { "x-kubernetes-validations"?: { rule: string }[] };
  return [...(rules ?? []).map(({ rule }) => rule), ...Object.values(value).flatMap(rulesIn)];
}

const groups = ["networking.istio.io", "security.istio.io", "telemetry.istio.io"];
const schemaNames = Object.keys(schemas);
const isOf = (name: string, group: string, kind: string): boolean =>
  name.startsWith(`${group}/`) && name.endsWith(`/${kind}`);

describe("what the API server refuses of an overridden object", () => {
  const ports = [{ number: 80, name: "http" }];
  const cases: [kind: string, spec: object, refused: string[]][] = [
    ["PeerAuthentication", { mtls: { mode: "STRICT" } }, []],
    [
      "PeerAuthentication",
      { portLevelMtls: { 8080: { mode: "DISABLE" } } },
      ["spec: portLevelMtls requires selector"],
    ],
    [
      "PeerAuthentication",
      { portLevelMtls: { 80800: {} }, selector: { matchLabels: { app: "*" } } },
      [
        "spec.portLevelMtls: port must be between 1-65535",
        "spec.selector.matchLabels.app: wildcard not allowed in label value match",
      ],
    ],
    ["PeerAuthentication", { portLevelMtls: { 8080: {} }, selector: { matchLabels: { app: "api" } } }, []],
    ["DestinationRule", { trafficPolicy: {} }, ["spec: host is missing"]],
    [
      "DestinationRule",
      {
        host: "api",
        trafficPolicy: { loadBalancer: { simple: "RANDOM", consistentHash: { useSourceIp: true } } },
      },
      ["spec.trafficPolicy.loadBalancer: only one of simple, consistentHash can be set"],
    ],
    [
      "DestinationRule",
      { host: "api", trafficPolicy: { connectionPool: { http: { maxRequestsPerConnection: -1 } } } },
      [],
    ],
    [
      "AuthorizationPolicy",
      { rules: [{ from: [{ source: { principals: ["a"], serviceAccounts: ["b"] } }] }] },
      ["spec.rules[0].from[0].source: Cannot set serviceAccounts with namespaces or principals"],
    ],
    ["ServiceEntry", { hosts: [], ports }, ["spec.hosts: must NOT have fewer than 1 items"]],
    [
      "ServiceEntry",
      { hosts: ["a.example.com"], ports: [...ports, ...ports] },
      ["spec.ports: port number cannot be duplicated"],
    ],
    ["ServiceEntry", { hosts: ["a.example.com"], ports, resolution: "DNS" }, []],
    [
      "RequestAuthentication",
      { jwtRules: [{ issuer: "a", jwks: "{}", jwksUri: "https://a.example.com" }] },
      ["spec.jwtRules[0]: only one of jwks or jwksUri can be set"],
    ],
    ["VirtualService", { http: [{ fault: { delay: {} } }] }, []],
    [
      "VirtualService",
      { http: [{ match: [{ uri: { exact: "/a", prefix: "/b" } }] }] },
      ["spec.http[0].match[0].uri: only one of exact, prefix can be set"],
    ],
    ["Deployment", { replicas: -1 }, []],
  ];
  for (const [kind, spec, refused] of cases) {
    it(`is ${refused.join(", ") || "nothing"}: ${kind} ${JSON.stringify(spec)}`, () => {
      const group = groups.find((one) => schemaNames.some((name) => isOf(name, one, kind))) ?? "";
      expect(crdRefusals(group, kind, spec)).to.deep.equal(refused);
      expect(crdRefusals("example.com", kind, spec)).to.deep.equal([]);
    });
  }

  it("is by rules of CEL that can be read", () => {
    const environment = new Environment({ unlistedVariablesAreDyn: true });
    const rules = [...new Set(rulesIn(schemas))];
    expect(rules.length).to.be.above(20);
    for (const rule of rules) expect(() => environment.parse(rule), rule).to.not.throw();
  });

  it("is found once, instead of what the object would do", () => {
    expect(
      found({
        PeerAuthentication: { "shop/default": { spec: { portLevelMtls: { 8080: { mode: "DISABLE" } } } } },
      }),
    ).to.deep.equal([
      'MW369 PeerAuthentication["shop/default"]: the API server refuses the overridden object: spec: portLevelMtls requires selector',
    ]);
    const hash = { consistentHash: { httpHeaderName: "x-user" } };
    const balanced = (loadBalancer: object): string[] =>
      found({ DestinationRule: { "shop/api": { spec: { trafficPolicy: { loadBalancer } } } } });
    expect(balanced(hash)).to.deep.equal([
      'MW369 DestinationRule["shop/api"]: the API server refuses the overridden object: spec.trafficPolicy.loadBalancer: only one of simple, consistentHash can be set',
    ]);
    expect(balanced({ simple: null, ...hash })).to.deep.equal([]);
  });
});
