import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { policies } from "../policies";
import { validateResource, validateStack } from "./engine";
import {
  allow,
  authorizationPolicy,
  defaultDeny,
  deployment,
  destinationRule,
  gateway,
  gatewayRelease,
  grafana,
  istiod,
  kiali,
  namespace,
  peerAuthentication,
  prometheusStack,
  requestAuthentication,
  virtualService,
} from "./resources";

const root = join(__dirname, "..");
const read = (...path: string[]) => readFileSync(join(root, ...path), "utf8");
const camelCase = (name: string) => name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".ts") && !/^(node_modules|dist|tests|pages)\//.test(path),
);

/** The policies that are advisory by default. */
const ADVISORY = ["flag-capture-bypasses", "flag-outdated-versions", "report-coverage"];

describe("the pack", () => {
  it("registers every policy, under the name of its file", () => {
    const files = readdirSync(join(root, "policies")).filter((file) => file !== "index.ts");
    expect(policies.map(({ name }) => `${camelCase(name)}.ts`).sort()).to.deep.equal(files.sort());
  });

  it("has a level, a severity and texts for every policy", () => {
    for (const policy of policies) {
      const level = ADVISORY.includes(policy.name) ? "advisory" : "mandatory";
      expect(policy.enforcementLevel, policy.name).to.equal(level);
      expect(policy.severity, policy.name).to.be.oneOf(["low", "medium", "high", "critical"]);
      expect(policy.framework, policy.name).to.have.all.keys("name", "version", "reference", "specification");
      expect(policy.tags, policy.name).to.include("istio");
      expect(policy.url, policy.name).to.match(/^https:\/\/(istio\.io|kiali\.io|helm\.sh)\//);
      for (const text of [policy.displayName, policy.description, policy.remediationSteps]) {
        expect(text, policy.name).to.be.a("string").with.length.greaterThan(10);
      }
    }
  });

  it("documents no unknown policy", () => {
    const names = policies.map(({ name }) => name);
    for (const document of ["README.md", join("docs", "parity.md")]) {
      const named = [
        ...read(document).matchAll(/`((?:require|forbid|bound|restrict|reserve|flag|report)-[a-z-]+)`/g),
      ];
      expect(named, document).to.not.be.empty;
      for (const [, name] of named) expect(names, document).to.include(name);
    }
  });

  it("has a preset for each environment, with the setting of every policy that has it", () => {
    const asking = policies.filter(({ configSchema }) => configSchema?.properties.environment !== undefined);
    for (const environment of ["dev", "staging", "prod"]) {
      const preset = JSON.parse(read("presets", `${environment}.json`)) as Record<string, object>;
      const setting = Object.entries(preset).filter(([, settings]) => "environment" in settings);
      expect(Object.fromEntries(setting)).to.deep.equal(
        Object.fromEntries(asking.map(({ name }) => [name, { environment }])),
      );
    }
  });

  it("does not apply to other resources", async () => {
    const type = "kubernetes:core/v1:PersistentVolumeClaim";
    const resource = { type, name: "settings", props: { spec: { mtls: "PERMISSIVE" } } };
    for (const policy of policies.filter((policy) => "validateResource" in policy)) {
      expect(await validateResource(policy, resource), policy.name).to.deep.equal({
        violations: [],
        notApplicable: `${policy.name} does not apply to ${type}`,
      });
    }
  });

  it("accepts a valid resource of every kind, in prod", async () => {
    const stack = [
      namespace(),
      deployment(),
      istiod({
        autoscaleMin: 2,
        meshConfig: { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } },
      }),
      gatewayRelease(),
      kiali(),
      grafana(),
      prometheusStack(),
      peerAuthentication(),
      requestAuthentication(),
      authorizationPolicy({
        rules: [allow(), allow({ when: [{ key: "request.auth.claims[iss]", values: ["*"] }] })],
      }),
      defaultDeny(),
      destinationRule(),
      virtualService(),
      gateway(),
    ];
    for (const policy of policies) {
      const outcomes =
        "validateStack" in policy
          ? [await validateStack(policy, stack)]
          : await Promise.all(stack.map((resource) => validateResource(policy, resource)));
      const violations = outcomes.flatMap((outcome) => outcome.violations);
      const expected = policy.name === "report-coverage" ? ["1 of 1 workloads STRICT, 0 exemptions."] : [];
      expect(violations, policy.name).to.deep.equal(expected);
    }
  });

  it("repeats only the Helm values that it judges", async () => {
    const secret = "hunter2";
    const releases = [
      istiod({ auth: { password: secret }, meshConfig: { caCertificates: [secret], secret } }),
      kiali({ login_token: { signing_key: secret }, auth: { strategy: secret } }),
      grafana({ adminPassword: secret, service: { type: secret } }),
    ];
    for (const release of releases) {
      for (const policy of policies) {
        const { violations } =
          "validateStack" in policy
            ? await validateStack(policy, [release])
            : await validateResource(policy, release);
        expect(violations.join(), policy.name).not.to.include(secret);
      }
    }
  });

  it("tests every policy, also with unknown values", () => {
    for (const { name } of policies) {
      const test = read("tests", "policies", `${camelCase(name)}.test.ts`);
      expect(test, name)
        .to.include(`describe("${name}"`)
        .and.match(/it\(\s*".*unknown values|describe\("with unknown values/);
    }
  });

  it("imports only its own files and dependencies", () => {
    const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    for (const source of sources) {
      for (const [, specifier = ""] of read(source).matchAll(/from "([^"]+)"/g)) {
        const target = specifier.startsWith(".") ? join("/pack", source, "..", specifier) : "";
        // The model of effects is compiled into the pack, and imports nothing itself.
        const inside = target.startsWith("/pack/") || target === "/effect";
        const dependency = Object.keys(dependencies).some((name) => `${specifier}/`.startsWith(`${name}/`));
        expect(
          inside || dependency || specifier.startsWith("node:"),
          `${source} imports ${specifier}`,
        ).to.equal(true);
      }
    }
  });

  it("starts from index.ts alone, and publishes every source", () => {
    const { files } = JSON.parse(read("package.json")) as { files: string[] };
    for (const source of sources) {
      expect(read(source).includes("new PolicyPack("), source).to.equal(source === "index.ts");
      expect(files, source).to.include(source.split("/")[0]);
    }
  });
});
