import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { problemsOf } from "./compile";

const root = join(__dirname, "..", "..");

/** Code that a sentence says does not compile, and the same code as it should be. */
interface Mistake {
  readonly wrong: string;
  readonly right: string;
}

const shop = (services: string, more = ""): string =>
  `import { defineMesh } from "../../catalog";
const http = { port: 8080, protocol: "http" } as const;
const tcp = { port: 5432, protocol: "tcp" } as const;
const bank = { host: "bank.example.com", ports: { tcp } } as const;
defineMesh({ name: "shop", services: { ${services} }, externalServices: { bank }${more} });`;
const values = (file: string, type: string, value: string): string =>
  `import type { ${type} } from "../../components/${file}";\nexport const values: ${type} = ${value};`;

const service: Mistake = {
  wrong: shop("web: { ports: { http }, calls: { apj: {} } }, api: { ports: { http } }"),
  right: shop("web: { ports: { http }, calls: { api: {} } }, api: { ports: { http } }"),
};
const route: Mistake = {
  wrong: shop("web: { ports: { http } }", gateway("wep")),
  right: shop("web: { ports: { http } }", gateway("web")),
};
const port: Mistake = {
  wrong: shop('web: { ports: { http }, calls: { web: { port: "grpc" } } }'),
  right: shop('web: { ports: { http }, calls: { web: { port: "http" } } }'),
};
const version: Mistake = {
  wrong: shop("web: { ports: { http }, versions: { v1: {} }, traffic: { weights: { v2: 100 } } }"),
  right: shop("web: { ports: { http }, versions: { v1: {} }, traffic: { weights: { v1: 100 } } }"),
};
const field: Mistake = {
  wrong: shop('web: { ports: { http }, resilience: { timout: "10s" } }'),
  right: shop('web: { ports: { http }, resilience: { timeout: "10s" } }'),
};
const duration: Mistake = {
  wrong: shop('web: { ports: { http }, resilience: { timeout: "10 s" } }'),
  right: shop('web: { ports: { http }, resilience: { timeout: "10s" } }'),
};
const onTcpService: readonly Mistake[] = ['timeout: "1s"', "retries: { attempts: 1 }"].map((own) => ({
  wrong: shop(`store: { ports: { tcp }, resilience: { ${own} } }`),
  right: shop(`store: { ports: { http }, resilience: { ${own} } }`),
}));
const weightOnTcpService: Mistake = {
  wrong: shop("store: { ports: { tcp }, versions: { v1: {} }, traffic: { weights: { v1: 100 } } }"),
  right: shop("store: { ports: { http }, versions: { v1: {} }, traffic: { weights: { v1: 100 } } }"),
};
const inTcpCall: readonly Mistake[] = ["bank", "store"].flatMap((callee) =>
  ['methods: ["GET"]', 'paths: ["/a"]', 'timeout: "1s"', "retries: { attempts: 1 }", "endUser: {}"].map(
    (own) => ({
      wrong: shop(`web: { ports: { http }, calls: { ${callee}: { ${own} } } }, store: { ports: { tcp } }`),
      right: shop(`web: { ports: { http }, calls: { web: { ${own} } } }, store: { ports: { tcp } }`),
    }),
  ),
);
const made = (names: string): string =>
  `import { defineMesh, type ServiceDefinition } from "../../catalog";
const http = { port: 8080, protocol: "http" } as const;
const made = { invoices: { ports: { http } } } as Record<${names}, ServiceDefinition>;
defineMesh({ name: "shop", services: { ...made, web: { ports: { http }, calls: { invoices: {} } } } });`;
const madeWithoutNames: Mistake = { wrong: made("string"), right: made('"invoices"') };
const chart: Mistake = {
  wrong: values("values", "IstiodValues", "{ autoscaleMinn: 2 }"),
  right: values("values", "IstiodValues", "{ autoscaleMin: 2 }"),
};
const addOnChart: Mistake = {
  wrong: values("observabilityValues", "ImageValues", '{ tagg: "1" }'),
  right: values("observabilityValues", "ImageValues", '{ tag: "1" }'),
};

/** Every claim that something does not compile, by a part of its sentence. */
const claims: readonly [part: string, mistakes: readonly Mistake[]][] = [
  ["Then a call to `invoices` doesn't compile", [madeWithoutNames]],
  [
    "A call to an undeclared service, a weight for an undeclared version, or a duration",
    [service, version, duration],
  ],
  [
    "A call to an undeclared service, port or version, and an unknown field, do not compile",
    [service, port, version, field],
  ],
  ["An undeclared name doesn't compile", [service, route, port, version]],
  ["A misspelt name doesn't compile", [service, route, port, version, field]],
  ["Request settings on those ports don't compile", [...onTcpService, weightOnTcpService, ...inTcpCall]],
  ["Request settings on a TCP call don't compile", inTcpCall],
  ["A misspelt value does not compile", [chart, addOnChart]],
];

const texts = globSync(
  ["*.md", "docs/**/*.md", "platforms/**/*.md", "policy-pack/*.md", "catalog/*.ts", "components/**/*.ts"],
  {
    cwd: root,
  },
).sort();

/** The sentences of a file that say that something does not compile. */
function claimsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8")
    .replace(/\n\s*(\*|>|\/\/)? ?/g, " ")
    .replace(/\s+/g, " ");
  const claim = /^.*\b(?:do|does|did|will)(?: not|n't) compile\b[^.:;]*/s;
  return text.split(/[.:;] /).flatMap((sentence) => claim.exec(sentence)?.[0] ?? []);
}

describe("what does not compile", () => {
  const used = new Set<string>();
  const mistakes = [...new Set(claims.flatMap(([, list]) => list))];
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(root, "tests", "claims-"));
    for (const [i, { wrong, right }] of mistakes.entries()) {
      writeFileSync(join(folder, `wrong-${i}.ts`), `${wrong}\nexport {};\n`);
      writeFileSync(join(folder, `right-${i}.ts`), `${right}\nexport {};\n`);
    }
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  for (const file of texts) {
    for (const sentence of claimsOf(file)) {
      it(`is known where ${file} says "${sentence.trim().slice(0, 80)}"`, () => {
        const known = claims.filter(([part]) => sentence.includes(part)).map(([part]) => part);
        expect(known, sentence).to.have.length(1);
        for (const part of known) used.add(part);
      });
    }
  }

  it("is said somewhere", () => {
    expect(claims.map(([part]) => part).filter((part) => !used.has(part))).to.deep.equal([]);
  });

  it("is refused by the compiler, and nothing but the mistake is", function () {
    this.timeout(120_000);
    const files = mistakes.flatMap((_, i) => [`wrong-${i}.ts`, `right-${i}.ts`]);
    const problems = problemsOf(files.map((file) => join(folder, file)));
    const refused = files.filter((file) => problems.some((problem) => problem.includes(`/${file}:`)));
    expect(refused, problems.join("\n")).to.deep.equal(mistakes.map((_, i) => `wrong-${i}.ts`));
    expect(problems.filter((problem) => !/\/wrong-\d+\.ts:/.test(problem))).to.deep.equal([]);
  });
});

function gateway(callee: string): string {
  const host = `{ tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "${callee}" }] }`;
  return `, gateways: { public: { hosts: { "shop.example.com": ${host} } } }`;
}
