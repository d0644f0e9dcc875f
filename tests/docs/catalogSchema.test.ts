import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import { expect } from "chai";
import fc from "fast-check";
import { parse } from "yaml";
import { type Environment, formatPath, meshSchema } from "../../catalog";
import { rules } from "../../checks";
import { type JsonSchema } from "../../docs/catalogSchema";
import { changes } from "../../docs/fields/changes";
import { example } from "../../docs/fields/example";
import { catalog as bookinfo } from "../../examples/bookinfo/catalog";
import { catalog as onlineBoutique } from "../../examples/online-boutique/catalog";
import { catalog as openTelemetryDemo } from "../../examples/opentelemetry-demo/catalog";
import { checkMesh, mergePatch } from "../../mesh";
import { platforms } from "../../platforms";
import { inProcess } from "../cli/inProcess";
import { meshes } from "../mesh/meshes";
import { blocksOf } from "./markdown";
import { tenMistakes } from "../checks/tenMistakes";

const file = join(__dirname, "..", "..", "docs", "catalog.schema.json");
const text = readFileSync(file, "utf8");
const schema = JSON.parse(text) as JsonSchema;
// Some keywords say something of objects whose type stands above them.
const validate = new Ajv({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  formats: { uri: (value: string) => URL.canParse(value) },
}).compile(schema);

/** Place and keyword of each error, as an editor underlines it. */
function errorsOf(catalog: unknown): string[] {
  // What a file can have: no undefined.
  const data: unknown = JSON.parse(JSON.stringify(catalog));
  const named = ({ instancePath, keyword, params }: ErrorObject): string => {
    const segments = instancePath.split("/").slice(1);
    const own: unknown = params.additionalProperty ?? params.missingProperty;
    const path = [...segments, ...(typeof own === "string" ? [own] : [])].map((segment) =>
      /^\d+$/.test(segment) ? Number(segment) : segment.replaceAll("~1", "/"),
    );
    return `${formatPath(path)} ${keyword}`;
  };
  return validate(data) ? [] : (validate.errors ?? []).map(named);
}

const hasForm = (catalog: unknown): boolean =>
  meshSchema.safeParse(JSON.parse(JSON.stringify(catalog))).success;

/** The catalog of docs/fields/example.ts with each field of the reference in another way. */
const variants = Object.entries(changes).flatMap(([field, known]) => {
  const list = "nothing" in known ? [known.change] : Array.isArray(known) ? known : [known];
  return (list as object[])
    .flatMap((change) => ("before" in change && "after" in change ? [change.before, change.after] : [change]))
    .map((change) => ({ field, catalog: mergePatch(example, change as object) }));
});

describe("docs/catalog.schema.json", () => {
  it("accepts the catalogs of the examples and of the platforms", () => {
    for (const [name, catalog] of Object.entries({ bookinfo, onlineBoutique, openTelemetryDemo })) {
      expect(errorsOf(catalog), name).to.deep.equal([]);
    }
    for (const { name, catalog } of Object.values(platforms)) {
      for (const environment of ["dev", "staging", "prod"] satisfies Environment[]) {
        expect(errorsOf(catalog(environment, {})), `${name} ${environment}`).to.deep.equal([]);
      }
    }
  });

  it("accepts whatever the checks accept by its form: every field, every rule's examples, catalogs at random", () => {
    expect(variants).to.have.length.greaterThan(150);
    for (const { field, catalog } of variants) expect(errorsOf(catalog), field).to.deep.equal([]);
    const examples = rules.flatMap(({ code, examples: { wrong, right } }) => [
      { code, catalog: right },
      { code, catalog: wrong },
    ]);
    const formed = examples.filter(({ catalog }) => hasForm(catalog));
    expect(formed).to.have.length.greaterThan(rules.length);
    for (const { code, catalog } of formed) expect(errorsOf(catalog), code).to.deep.equal([]);
    fc.assert(
      fc.property(meshes, (catalog) => {
        expect(errorsOf(catalog)).to.deep.equal([]);
      }),
      { numRuns: 50 },
    );
  });

  it("refuses whatever the checks refuse by its form, at the same place", () => {
    const web = (own: object): object => ({
      name: "shop",
      services: { web: { ports: { http: { port: 8080, protocol: "http" } }, ...own } },
    });
    const workload = (own: object): object =>
      web({ workload: { image: "registry.example.com/web:1", ...own } });
    const gateway = (own: object): object => ({
      ...web({}),
      gateways: { public: { hosts: { "shop.example.com": { tls: { credentialName: "shop" }, ...own } } } },
    });
    const bank = (own: object): object => ({
      ...web({}),
      externalServices: {
        bank: { host: "bank.example.com", ports: { tls: { port: 443, protocol: "tls" } }, ...own },
      },
    });
    const mistakes: [catalog: object, error: string][] = [
      [{ services: {} }, "name required"],
      [{ ...web({}), enviroment: "dev" }, "enviroment additionalProperties"],
      [{ ...web({}), environment: "test" }, "environment enum"],
      [{ ...web({}), istioVersion: "1.31" }, "istioVersion pattern"],
      [
        { ...web({}), networkPolicies: { dnsAddresses: ["10.0.0"] } },
        "networkPolicies.dnsAddresses[0] pattern",
      ],
      [{ ...web({}), $schema: 1 }, '["$schema"] type'],
      [web({ ports: { http: { port: 8080 } } }), "services.web.ports.http.protocol required"],
      [web({ ports: { http: { port: 0, protocol: "http" } } }), "services.web.ports.http.port minimum"],
      [web({ resilience: { timeout: "10sec" } }), "services.web.resilience.timeout pattern"],
      [web({ resilience: { timeout: "0s" } }), "services.web.resilience.timeout pattern"],
      [web({ resilience: { timout: "1s" } }), "services.web.resilience.timout additionalProperties"],
      [web({ calls: { cart: { methods: ["get"] } } }), "services.web.calls.cart.methods[0] enum"],
      [web({ calls: { cart: { paths: ["api"] } } }), "services.web.calls.cart.paths[0] pattern"],
      [web({ calls: { cart: null } }), "services.web.calls.cart type"],
      [web({ selector: {} }), "services.web.selector minProperties"],
      [web({ reach: { vault: { targetPorts: [8200] } } }), "services.web.reach pattern"],
      [
        web({ loadBalancing: { consistentHash: { useSourceIp: true, httpHeaderName: "x-user" } } }),
        "services.web.loadBalancing.consistentHash maxProperties",
      ],
      [
        web({ loadBalancing: { simple: "RANDOM", consistentHash: { useSourceIp: true } } }),
        "services.web.loadBalancing not",
      ],
      [web({ traffic: { mirror: { percentage: 5 } } }), "services.web.traffic.mirror oneOf"],
      [
        web({ traffic: { headerRoutes: [{ headers: { "X-User": "a" }, version: "v1" }] } }),
        "services.web.traffic.headerRoutes[0].headers pattern",
      ],
      [
        web({ traffic: { headerRoutes: [{ headers: { cookie: "a=b" }, version: "v1" }] } }),
        "services.web.traffic.headerRoutes[0].headers not",
      ],
      [web({ traffic: { headerRoutes: [{ version: "v1" }] } }), "services.web.traffic.headerRoutes[0] anyOf"],
      [workload({ runAsUser: 1337 }), "services.web.workload.runAsUser not"],
      [
        workload({ pod: { containers: [{ name: "web", imagePullPolcy: "Always" }] } }),
        "services.web.workload.pod.containers[0].imagePullPolcy additionalProperties",
      ],
      [gateway({ routes: [] }), 'gateways.public.hosts["shop.example.com"] anyOf'],
      [
        gateway({ routes: [], redirects: [{ prefix: "/old" }] }),
        'gateways.public.hosts["shop.example.com"].redirects[0] anyOf',
      ],
      [bank({ ports: {} }), "externalServices.bank.ports minProperties"],
      [bank({ addresses: ["0.0.0.0/0"] }), "externalServices.bank.addresses[0] not"],
    ];
    for (const [catalog, error] of mistakes) {
      expect(hasForm(catalog), error).to.equal(false);
      expect(errorsOf(catalog)).to.include(error);
    }
    expect(errorsOf(tenMistakes)).to.have.members([
      "enviroment additionalProperties",
      "services.web.calls.api.methods[0] enum",
      "services.web.calls.api type",
      "services.web.calls.api anyOf",
      "services.api.ports.http.protocol required",
    ]);
  });

  it("describes every field that may be left out, and every type of Kubernetes", () => {
    const silent: string[] = [];
    const visit = (at: JsonSchema, path: string): void => {
      for (const [name, property] of Object.entries(at.properties ?? {})) {
        const required = at.required?.includes(name) === true;
        if (!required && property.description === undefined) silent.push(`${path}.${name}`);
        visit(property, `${path}.${name}`);
      }
      const forms = at.properties === undefined ? at.anyOf : [];
      for (const inner of [at.items, at.additionalProperties, ...(forms ?? [])]) {
        if (inner) visit(inner, path);
      }
    };
    visit(schema, "");
    expect(silent).to.deep.equal([]);
    const definitions = Object.entries(schema.definitions ?? {});
    expect(definitions.map(([name]) => name)).to.include.members(["PodSpec", "Container"]);
    for (const [name, { description }] of definitions) expect(description).to.equal(`Kubernetes' ${name}`);
    const service = schema.properties?.services?.additionalProperties;
    expect(service && service.properties?.namespace?.description).to.equal(
      "Namespace of the service. Default: the mesh's namespace.",
    );
    expect(text).to.not.match(/\{@link|\]\(#/);
  });

  it("accepts the guide's catalogs in YAML and JSON, which have no findings", () => {
    const page = readFileSync(join(__dirname, "..", "..", "docs", "guide", "first-catalog.md"), "utf8");
    const catalogs = blocksOf(page).filter(({ language }) => language === "yml" || language === "json");
    expect(catalogs).to.have.length(2);
    for (const { text: source } of catalogs) {
      expect(source).to.contain("./node_modules/meshwright/docs/catalog.schema.json");
      const catalog = parse(source) as unknown;
      expect(errorsOf(catalog)).to.deep.equal([]);
      expect(checkMesh(catalog).findings).to.deep.equal([]);
    }
  });

  it("is what `meshwright schema` prints, and catalogs may name it without a finding", async () => {
    const { stdout, exitCode } = await inProcess(["schema"]);
    expect(exitCode).to.equal(0);
    expect(`${stdout}\n`).to.equal(text);
    const named = { $schema: "./catalog.schema.json", ...bookinfo };
    expect(checkMesh(named)).to.deep.equal(checkMesh(bookinfo));
  });
});
