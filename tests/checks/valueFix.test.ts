import { expect } from "chai";
import { z } from "zod";
import { fixOf, type JsonSchema, oneOf } from "../../checks/valueFix";
import { checkMesh } from "../../mesh";

const http = { http: { port: 8080, protocol: "http" } };

/** The fix of the only finding of a structure. */
function fixFor(web: object, rest: object = {}): string {
  const { findings } = checkMesh({
    name: "shop",
    services: { web: { ports: http, ...web }, cart: { ports: http } },
    ...rest,
  });
  const [first, ...others] = findings.filter(({ code }) => code === "MW001");
  expect(others).to.deep.equal([]);
  return first?.fix ?? "";
}

describe("the fix of a value of another type", () => {
  it("keeps a single value as the field of the object that accepts it", () => {
    expect(fixFor({ serviceAccount: "web-sa" })).to.equal('give an object: { name: "web-sa" }');
    expect(fixFor({ resilience: { retries: 3 } })).to.equal("give an object: { attempts: 3 }");
    expect(fixFor({ ports: { http: 8080 } })).to.equal("give an object: { port: 8080, protocol: … }");
    expect(fixFor({ calls: { cart: { endUser: true } } })).to.equal("give an object: {}");
  });

  it("keys a list by its names", () => {
    expect(fixFor({ calls: ["cart"] })).to.equal("give an object: { cart: {} }");
    expect(fixFor({ ports: [{ name: "http", containerPort: 8080 }] })).to.equal(
      "give an object: { http: { … } }",
    );
    expect(fixFor({ ports: [{ name: "my-http" }] })).to.equal('give an object: { "my-http": { … } }');
  });

  it("quotes what has to be a text, and removes the quotes of a number", () => {
    expect(fixFor({ workload: { image: "r.example.com/a:1", env: { PORT: 8080 } } })).to.equal(
      'give a string or an object, such as "8080"',
    );
    expect(fixFor({ workload: { image: "r.example.com/a:1", replicas: "3" } })).to.equal("give a number: 3");
    expect(fixFor({ ports: { http: { port: "8080", protocol: "http" } } })).to.equal("give a number: 8080");
  });

  it("makes a list of a single value", () => {
    expect(fixFor({ calls: { cart: { methods: "GET" } } })).to.equal('give a list: ["GET"]');
    expect(fixFor({ calls: { cart: { endUser: { claims: { roles: "admin" } } } } })).to.equal(
      'give a list or an object, such as ["admin"]',
    );
  });

  it("only names the type if the value says nothing", () => {
    expect(fixFor({ serviceAccount: [] })).to.equal("give an object");
    expect(fixFor({ workload: { image: "r.example.com/a:1", replicas: "three" } })).to.equal("give a number");
    expect(fixFor({ calls: { cart: { methods: "fetch" } } })).to.equal("give a list");
    expect(fixFor({ ports: ["a b"] })).to.equal("give an object");
    expect(fixFor({ ports: null })).to.equal("give an object");
  });
});

describe("the fix of a value that is none of the known ones", () => {
  it("is the one that was meant, whatever its case, or all of them", () => {
    expect(fixFor({}, { environment: "production" })).to.equal('did you mean "prod"?');
    expect(fixFor({}, { environment: "qa" })).to.equal('use one of "dev", "staging", "prod"');
    expect(fixFor({ loadBalancing: { simple: "round_robin" } })).to.equal('did you mean "ROUND_ROBIN"?');
    expect(fixFor({ calls: { cart: { methods: ["get"] } } })).to.equal('did you mean "GET"?');
  });

  it("of a protocol says how the port is declared instead", () => {
    const fix = (protocol: string): string => fixFor({ ports: { port: { port: 1234, protocol } } });
    expect(fix("HTTP")).to.equal('use "http"');
    expect(fix("HTTP/2")).to.equal('use "http2"');
    expect(fix("websocket")).to.contain('use "http"');
    expect(fix("grpc-web")).to.contain('use "http"');
    expect(fix("postgresql")).to.match(/^use "tcp"/);
    expect(fix("mqtt")).to.match(/^use "tcp"/);
    expect(fix("https")).to.match(/^use "tls"/);
    expect(fix("UDP")).to.match(/^remove the port/);
    expect(fix("TCP")).to.contain('use one of "http", "http2", "grpc", "tcp"');
    expect(fix("x11")).to.equal(
      'use one of "http", "http2", "grpc", "tcp", "tls", "mongo", "mysql", "redis"',
    );
  });

  it("of a duration of 0 is to omit the field", () => {
    expect(fixFor({ resilience: { timeout: "0s" } })).to.contain("omit the field");
    expect(fixFor({ resilience: { timeout: "0.0h" } })).to.contain("omit the field");
    expect(fixFor({ resilience: { timeout: "10sec" } })).to.not.contain("omit");
  });
});

describe("the fix of a gateway's host", () => {
  const fixes = (tls: object, protocol = "http"): string[] =>
    checkMesh({
      name: "shop",
      services: { web: { ports: { port: { port: 8443, protocol } } } },
      gateways: { public: { hosts: { "shop.example.com": { tls, routes: [{ service: "web" }] } } } },
    }).findings.map(({ code, fix }) => `${code} ${fix}`);

  it("names the catalog's field for one of Istio's", () => {
    const credentialName = "shop-cert";
    const [authority] = fixes({ credentialName, mode: "MUTUAL", caCertificates: "/etc/ca.crt" });
    expect(authority).to.match(/^MW002 .*caCertCredentialName/);
    expect(fixes({ credentialName, httpsRedirect: true })[0]).to.contain("redirects plain HTTP");
    expect(fixes({ credentialName, nonsense: true })[0]).to.match(/or remove it$/);
  });

  it("leaves TLS to a service whose port has it", () => {
    expect(fixes({ credentialName: "shop-cert" }, "tls")[0]).to.match(/^MW204 write .*PASSTHROUGH/);
    expect(fixes({ credentialName: "shop-cert" }, "tcp")[0]).to.match(/^MW204 route to a port/);
    expect(fixes({ mode: "PASSTHROUGH" }, "tls")).to.deep.equal([]);
  });
});

/** The fix of the first issue that a schema has with a value. */
function fixIn(schema: z.ZodType, value: unknown): string {
  const { error } = schema.safeParse(value);
  const [issue] = error?.issues ?? [];
  if (!issue) throw new Error("no issue");
  return fixOf(issue, value, () => [z.toJSONSchema(schema) as JsonSchema]);
}

describe("the fix of an issue", () => {
  it("names the type, and the value in it", () => {
    expect(fixIn(z.string(), 5)).to.equal('give a string: "5"');
    expect(fixIn(z.string(), true)).to.equal('give a string: "true"');
    for (const value of [{}, [], null, undefined]) expect(fixIn(z.string(), value)).to.equal("give a string");
    expect(fixIn(z.number(), "12")).to.equal("give a number: 12");
    expect(fixIn(z.int(), "12")).to.equal("give a number: 12");
    for (const value of ["12s", "v12", "", 0 / 0, true])
      expect(fixIn(z.number(), value)).to.equal("give a number");
    expect(fixIn(z.int(), 1.5)).to.equal("give a whole number");
    expect(fixIn(z.boolean(), "true")).to.equal("give a boolean");
  });

  it("names the limit, and that a text or list is empty", () => {
    expect(fixIn(z.number().min(3), 1)).to.equal("use at least 3");
    expect(fixIn(z.number().max(3), 5)).to.equal("use at most 3");
    expect(fixIn(z.string().min(1), "")).to.equal("don't leave it empty");
    expect(fixIn(z.array(z.string()).min(1), [])).to.equal("don't leave it empty");
  });

  it("is what the schema says, if it says something", () => {
    expect(fixIn(z.string({ error: "write a name" }), 5)).to.equal("write a name");
    expect(fixIn(z.literal("a", { error: "write an a" }), 5)).to.equal("write an a");
    expect(fixIn(z.string().regex(/^a$/, "write an a"), "b")).to.equal("write an a");
    const refined = z.string().refine(() => false, { params: { fix: "remove it" } });
    expect(fixIn(refined, "b")).to.equal("remove it");
    expect(
      fixIn(
        z.string().refine(() => false, "write an a"),
        "b",
      ),
    ).to.equal("write an a");
  });

  it("names each form of a union once, and an example in one of them", () => {
    const union = z.union([z.string(), z.array(z.string()), z.array(z.number())]);
    expect(fixIn(union, 5)).to.equal('give a string or a list, such as "5"');
    expect(fixIn(union, {})).to.equal("give a string or a list");
    expect(fixIn(z.union([z.number(), z.array(z.string())]), "a")).to.equal(
      'give a number or a list, such as ["a"]',
    );
    expect(fixIn(z.union([z.boolean(), z.number()]), "a")).to.equal("give a boolean or a number");
    expect(fixIn(z.union([z.literal("auto"), z.enum(["on", "off"]), z.number()]), {})).to.equal(
      'give "auto" or "on" or "off" or a number',
    );
    // An issue inside of a form says nothing about which forms there are.
    expect(fixIn(z.union([z.strictObject({ a: z.number() }), z.boolean()]), { a: "b" })).to.equal(
      "give a boolean",
    );
  });

  it("puts a value into the field that accepts it, required fields first", () => {
    const fields = { name: z.string(), port: z.number().optional(), kind: z.enum(["a", "b"]).optional() };
    expect(fixIn(z.strictObject(fields), "x")).to.equal('give an object: { name: "x" }');
    expect(fixIn(z.strictObject(fields), 80)).to.equal("give an object: { port: 80, name: … }");
    expect(fixIn(z.strictObject(fields), true)).to.equal("give an object");
    expect(fixIn(z.strictObject({ kind: fields.kind, other: z.string() }), "a")).to.equal(
      'give an object: { other: "a" }',
    );
    expect(fixIn(z.strictObject({ kind: fields.kind, other: z.literal("c").optional() }), "b")).to.equal(
      'give an object: { kind: "b" }',
    );
    expect(fixIn(z.strictObject({ kind: fields.kind, other: z.literal("c").optional() }), "c")).to.equal(
      'give an object: { other: "c" }',
    );
    expect(fixIn(z.strictObject({ kind: fields.kind, other: z.literal("c").optional() }), "d")).to.equal(
      "give an object",
    );
    const either = z.strictObject({ size: z.union([z.boolean(), z.number()]) });
    expect(fixIn(either, 5)).to.equal("give an object: { size: 5 }");
    expect(fixIn(z.strictObject({}), "x")).to.equal("give an object");
  });

  it("turns true into an object without required fields", () => {
    expect(fixIn(z.strictObject({ a: z.number().optional() }), true)).to.equal("give an object: {}");
    expect(fixIn(z.strictObject({ a: z.number() }), true)).to.equal("give an object");
    expect(fixIn(z.strictObject({ a: z.boolean() }), true)).to.equal("give an object: { a: true }");
    expect(fixIn(z.strictObject({ a: z.number().optional() }), false)).to.equal("give an object");
  });

  it("keys a list by its names, with the fields that are left open", () => {
    const record = (value: z.ZodType): z.ZodType => z.record(z.string(), value);
    const optional = z.strictObject({ a: z.number().optional() });
    expect(fixIn(record(optional), ["web"])).to.equal("give an object: { web: {} }");
    expect(fixIn(record(z.strictObject({ a: z.number() })), ["web"])).to.equal(
      "give an object: { web: { … } }",
    );
    expect(fixIn(record(z.string()), ["web"])).to.equal("give an object: { web: { … } }");
    expect(fixIn(record(optional), [{ name: "web" }])).to.equal("give an object: { web: { … } }");
    for (const list of [[], [5], [null], [{}], ["a b"], [{ name: 5 }], [""]]) {
      expect(fixIn(record(optional), list), JSON.stringify(list)).to.equal("give an object");
    }
    expect(fixIn(z.strictObject({ web: optional }), ["web"])).to.equal("give an object");
  });

  it("makes a list of a value that its elements accept, in any form", () => {
    const list = z.array(z.union([z.number(), z.string()]));
    expect(fixIn(list, "a")).to.equal('give a list: ["a"]');
    expect(fixIn(list, 5)).to.equal("give a list: [5]");
    expect(fixIn(list, true)).to.equal("give a list");
  });
});

describe("a value that was meant", () => {
  const known = ["ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "on", 5];

  it("is one that differs in case and separators, begins the given one, or has few other letters", () => {
    for (const given of ["round_robin", "Round Robin", "round-robin", "roundrobin"]) {
      expect(oneOf(known, given), given).to.equal('did you mean "ROUND_ROBIN"?');
    }
    expect(oneOf(["dev", "prod"], "production")).to.equal('did you mean "prod"?');
    expect(oneOf(known, "RANDUM")).to.equal('did you mean "RANDOM"?');
    expect(oneOf(["abcd"], "abce")).to.equal('use "abcd"');
    expect(oneOf(["abcd", "x"], "abce")).to.equal('did you mean "abcd"?');
    expect(oneOf(["abc", "x"], "abd")).to.equal('use one of "abc", "x"');
  });

  it("is not a short one that the given one happens to begin with, nor one before digits", () => {
    const all = 'use one of "on", "prod"';
    expect(oneOf(["on", "prod"], "onwards")).to.equal(all);
    for (const given of ["prod-2-eu", "prod12345", "12prod", "a-productive"]) {
      expect(oneOf(["on", "prod"], given), given).to.equal(all);
    }
  });

  it("is the only one there is, or all of them", () => {
    expect(oneOf(["on"], "off")).to.equal('use "on"');
    expect(oneOf([5], "off")).to.equal("use 5");
    expect(oneOf(["on", 5], 7)).to.equal('use one of "on", 5');
    expect(oneOf([5, "on"], "yes")).to.equal('use one of 5, "on"');
  });
});
