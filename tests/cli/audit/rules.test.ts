import { expect } from "chai";
import { rules } from "../../../checks";
import { auditRules } from "../../../cli/audit/rules";
import {
  apiGateway,
  documents,
  httpRoute,
  meshNamespace,
  policy,
  service,
} from "../../../cli/audit/rules/examples";
import { audited, codesOf, said } from "./audited";

describe("cli/audit: the rules", () => {
  for (const { code, title, examples } of auditRules) {
    it(`find ${title} (${code}), and nothing in the right example`, () => {
      const wrong = audited(examples.wrong);
      expect(codesOf(wrong), "wrong").to.include(code);
      const right = audited(examples.right);
      expect(codesOf(right), JSON.stringify(right.findings, null, 1)).to.not.include(code);
    });
  }

  it("have codes of their own, and texts", () => {
    const codes = auditRules.map(({ code }) => code);
    expect(new Set(codes).size).to.equal(codes.length);
    const others = rules.map(({ code }) => code as string);
    for (const { code, why, see, title, severity, ignore } of auditRules) {
      expect(others).to.not.include(code);
      expect(why).to.not.be.empty;
      for (const sentence of [...why, ...(ignore === undefined ? [] : [ignore])])
        expect(sentence).to.match(/\.$/);
      expect(see.url).to.match(/^https:\/\//);
      expect(title).to.match(/^[a-z]/);
      expect(severity).to.be.oneOf(["error", "warning", "info"]);
    }
  });
});

describe("cli/audit: namespaces", () => {
  const found = (known: string, named: string): string[] => {
    const existing = meshNamespace.replace("name: shop", `name: ${known}`);
    const rule = policy("web", `rules: [{ from: [{ source: { namespaces: [${named}] } }] }]`);
    return said(audited(documents(existing, rule)), "MW951");
  };

  it("that differ in one letter are typing errors, unless letters or digits number them", () => {
    expect(found("payments", "payment")).to.have.lengthOf(1);
    expect(found("payments", "paymemts")).to.have.lengthOf(1);
    const numbered = [
      ["team-a", "team-b"],
      ["a-team", "b-team"],
      ["eu-a-web", "eu-b-web"],
      ["team1", "team2"],
    ] as const;
    numbered.forEach(([known, named]) => {
      expect(found(known, named), named).to.deep.equal([]);
    });
  });
});

describe("cli/audit: targetRefs", () => {
  const telemetry = (name: string, target: string): string => `apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: ${name}, namespace: shop }
spec: { targetRefs: [${target}], accessLogging: [{ providers: [{ name: envoy }] }] }
`;
  const gateway = (name: string): string =>
    `{ group: gateway.networking.k8s.io, kind: Gateway, name: ${name} }`;

  it("of two objects are no conflict: both apply", () => {
    const both = [apiGateway, telemetry("a", gateway("public")), telemetry("b", gateway("public"))];
    expect(codesOf(audited(both.join("---\n"))).filter((code) => /^MW9(28|50)$/.test(code))).to.deep.equal(
      [],
    );
  });

  it("name a Gateway or a Service of the policy's namespace, or it is unknown", () => {
    const found = (target: string, ...others: readonly string[]): string[] =>
      said(audited([...others, telemetry("a", target)].join("---\n")), "MW950");
    expect(found(gateway("other"), apiGateway)).to.deep.equal([
      "Telemetry shop/a 11: There is no Gateway shop/other of the Gateway API among the objects, so the Telemetry applies to nothing there.",
    ]);
    expect(found("{ kind: Service, group: '', name: wep }", service("web"))).to.have.lengthOf(1);
    expect(found("{ kind: Service, group: '', name: web }", service("web"))).to.deep.equal([]);
    expect(found(gateway("other"))).to.deep.equal([]);
    expect(said(audited(telemetry("a", gateway("other"))), "MW939").join()).to.contain("not judged");
  });
});

describe("cli/audit: routes of the Gateway API", () => {
  const objects = (spec: string): string => [service("web"), apiGateway, httpRoute(spec)].join("---\n");
  const found = (spec: string): string[] =>
    audited(objects(spec)).findings.flatMap(({ code, message }) =>
      /^MW9(23|39|40)$/.test(code) && !message.startsWith("The Namespace") ? [`${code} ${message}`] : [],
    );
  const spec = (backend: string, parent = "name: public"): string =>
    `parentRefs: [{ ${parent} }]\nrules: [{ backendRefs: [{ ${backend} }] }]`;

  it("are read: a route of an existing Service has no finding", () => {
    expect(found(spec("name: web, port: 8080"))).to.deep.equal([]);
  });

  it("lead to Services and ports that exist, from listeners that exist", () => {
    expect(found(spec("name: wep, port: 8080"))).to.deep.equal([
      "MW923 No Service and no ServiceEntry among the objects has the host wep.shop.svc.cluster.local, so the proxy answers requests on this route with 500.",
    ]);
    expect(found(spec("name: web, port: 80"))).to.deep.equal([
      "MW923 The host web.shop.svc.cluster.local has no port 80, so the proxy answers requests on this route with 500.",
    ]);
    expect(found(spec("name: web, port: 8080", "name: public, sectionName: https"))).to.deep.equal([
      "MW940 The Gateway shop/public has no listener https, so the route has no effect.",
    ]);
    expect(found(spec("name: web, port: 8080", "name: other"))).to.deep.equal([
      "MW940 No Gateway shop/other is among the objects, so the route has no effect.",
    ]);
  });
});
