import { expect } from "chai";
import { parse } from "yaml";
import { ruleGroupsOf } from "../../observability/rules";
import type { AlertingRule } from "../../observability/rules/rule";
import { shop } from "../observability/cases/case";
import { catalog as autolytiq } from "../../platforms/autolytiq/catalog";
import { meshOf, rendered } from "../platforms/rendered";
import { commandsIn, runbooks } from "./runbooks";

interface Templated {
  readonly template: { readonly metadata: { readonly labels: Readonly<Record<"app", string>> } };
}

const rules = ruleGroupsOf(meshOf(shop))
  .flatMap((concern) => concern.rules)
  .filter((rule): rule is AlertingRule => "alert" in rule);
const alerts = new Map(rules.map(({ alert, severity }) => [alert, severity]));
const texts = new Map(rules.map(({ alert, summary }) => [alert, summary]));

/** As Markdown's readers make it of a heading. */
const anchorOf = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .replaceAll(" ", "-");

const anchorsOf = (name: string): string[] =>
  [...(runbooks.get(name) ?? "").matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) => anchorOf(title));

/** What a section of the README says. */
const sectionOf = (anchor: string): string =>
  (runbooks.get("README") ?? "")
    .split(/^(?=##+ )/m)
    .find((section) => anchorOf(/^#+ (.*)$/m.exec(section)?.[1] ?? "") === anchor) ?? "";

/** What the platforms' documents say of trouble, chapter by chapter, and the section that answers. */
const symptoms: Record<string, Record<string, string>> = {
  alfred: {
    "Installation Verification": "mesh-health",
    "Sidecar Injection Verification": "pods-without-a-sidecar",
    "Common Operations": "debug-commands",
    "Sidecar Injection Issues": "pods-without-a-sidecar",
    "mTLS Issues": "verify-mutual-tls",
    "Traffic Routing Issues": "requests-take-the-wrong-route",
    "Performance Issues": "high-latency",
    "Debug Commands": "debug-commands",
  },
  autolytiq: {
    "Verifying mTLS": "verify-mutual-tls",
    "Issue 1: Connection Refused": "connection-refused",
    "Issue 2: TLS Handshake Failure": "tls-handshake-fails",
    "Issue 3: Authorization Denied": "access-denied",
    "Issue 4: Mixed Mode Traffic": "mixed-modes",
    "Debug Commands Reference": "debug-commands",
    "Monitoring Circuit Breakers": "a-circuit-breaker-opens",
    "Quick Health Check": "mesh-health",
    "Common Commands": "debug-commands",
  },
  aikernel: {
    "Sidecar Not Injected": "pods-without-a-sidecar",
    "mTLS Connection Failures": "mixed-modes",
    "High Latency": "high-latency",
    "Certificate Rotation Failures": "a-certificate-is-not-renewed",
    "Debug Commands": "debug-commands",
  },
  voicecore: {
    "Check Proxy Configuration": "debug-commands",
    "View Proxy Logs": "debug-commands",
    "Debug mTLS Issues": "verify-mutual-tls",
    "Analyze Traffic": "debug-commands",
    "Sidecar not injected": "pods-without-a-sidecar",
    "mTLS connection failures": "mixed-modes",
    "Circuit breaker triggering": "a-circuit-breaker-opens",
  },
  policycortex: {
    "503 errors": "status-503",
    "Connection refused": "connection-refused",
    "High latency": "high-latency",
    "Traffic not routing": "requests-take-the-wrong-route",
    "Debug Commands": "debug-commands",
  },
};

describe("runbooks", () => {
  it("are one for each alert, and each is one's", () => {
    expect([...runbooks.keys()]).to.have.members(["README", ...alerts.keys()]);
  });

  it("say what an alert means, three commands, causes and the fix", () => {
    for (const alert of alerts.keys()) {
      const page = runbooks.get(alert) ?? "";
      const headings = [...page.matchAll(/^#+ .*$/gm)].map(([line]) => line);
      expect(headings).to.deep.equal([
        `# ${alert}`,
        "## Meaning",
        "## First commands",
        "## Usual causes",
        "## Fix",
      ]);
      expect(commandsIn(page), alert).to.have.length(3);
      expect(page.match(/^- /gm)?.length, `${alert}: causes`).to.be.at.least(2);
      expect(page.match(/^\d\. /gm)?.length, `${alert}: fixes`).to.be.at.least(2);
    }
  });

  it("say how many lines of a selector's pods they want, of which kubectl shows ten", () => {
    for (const [name, page] of runbooks) {
      for (const [line] of page.matchAll(/kubectl logs .*?(?: -l|--selector)\b[^`\n]*/g)) {
        expect(line, name).to.match(/ --tail=/);
      }
    }
  });

  it("find pods by a label, since Deployments of a service with versions have other names than the service", () => {
    for (const [name, page] of runbooks) {
      expect(page.match(/\b(deploy|deployment|statefulset|sts)\/\S*/g), name).to.equal(null);
    }
    const deployments = rendered(autolytiq({ environment: "dev" })).flatMap(({ kind, metadata, spec }) =>
      kind === "Deployment"
        ? [[metadata.name, (spec as Templated).template.metadata.labels.app] as const]
        : [],
    );
    expect(deployments).to.deep.include(["api-gateway-stable", "api-gateway"]);
    for (const [name, app] of deployments) expect([`${app}-stable`, `${app}-canary`]).to.include(name);
  });

  it("quote what a shell would take for a pattern", () => {
    for (const [name, page] of runbooks) {
      for (const line of commandsIn(page)) {
        expect(line.replaceAll(/(["']).*?\1/g, ""), name).to.not.match(/[?*[\]{}"']/);
      }
    }
  });

  it("are listed with their severity", () => {
    const rows = [...(runbooks.get("README") ?? "").matchAll(/^\| \[(\w+)\]\(\w+\.md\) +\| (\w+)/gm)];
    expect(Object.fromEntries(rows.map(([, alert, severity]) => [alert, severity]))).to.deep.equal(
      Object.fromEntries(alerts),
    );
  });

  it("link to pages and sections that exist", () => {
    for (const [name, page] of runbooks) {
      for (const [, file = "", anchor] of page.matchAll(/\]\((\w+\.md)?(?:#([\w-]+))?\)/g)) {
        const target = file === "" ? name : file.replace(/\.md$/, "");
        expect(runbooks.has(target), `${name} → ${target}`).to.equal(true);
        if (anchor !== undefined) expect(anchorsOf(target), `${name} → ${target}`).to.include(anchor);
      }
    }
  });

  for (const [platform, chapters] of Object.entries(symptoms)) {
    it(`have a place for everything that goes wrong in the document of ${platform}`, () => {
      for (const [chapter, anchor] of Object.entries(chapters)) {
        expect(anchorsOf("README"), chapter).to.include(anchor);
        expect(commandsIn(sectionOf(anchor)), `${chapter}: commands`).to.have.length.of.at.least(3);
      }
    });
  }

  it("answer no symptom that is missing in the documents, except the undocumented ones", () => {
    const asked = Object.values(symptoms).flatMap((chapters) => Object.values(chapters));
    const sections = [...(runbooks.get("README") ?? "").matchAll(/^### (.*)$/gm)].map(([, title = ""]) =>
      anchorOf(title),
    );
    expect(sections).to.include.members(asked.filter((anchor) => anchor !== "debug-commands"));
    expect(sections.filter((anchor) => !asked.includes(anchor))).to.deep.equal(["a-change-has-no-effect"]);
  });

  it("leave out by labels only what exists", () => {
    const [, block = ""] = /```yaml\n([\s\S]*?)```/.exec(runbooks.get("README") ?? "") ?? [];
    const { inhibit_rules: rules } = parse(block) as { inhibit_rules: Record<string, string[]>[] };
    const named = (matchers: string[] = []): string[] =>
      matchers.flatMap((matcher) => matcher.replace(/^alertname =~? /, "").split("|"));
    for (const { source_matchers: source, target_matchers: target, equal = [] } of rules) {
      const both = [...named(source), ...named(target)];
      expect([...alerts.keys()]).to.include.members(both);
      // A label that both lack would be equal, too, and leave out what has nothing to do with it.
      for (const label of equal.filter((one) => one !== "mesh")) {
        for (const alert of both) expect(texts.get(alert), alert).to.include(`$labels.${label} `);
      }
    }
  });
});
