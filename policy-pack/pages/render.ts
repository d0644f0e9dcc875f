/** Writes a page for each policy to docs/policies, their index, and docs/bulletins.md. `npm run docs` runs it. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Policies } from "@pulumi/policy";
import { parseAllDocuments } from "yaml";
import { clock } from "../clock";
import { groups, policies } from "../policies";
import { commonSettings, pageOf } from "../policy";
import { type Resource, validateResource, validateStack } from "../tests/engine";
import { bulletinsPage } from "./bulletins";
import { pages } from "./index";

type Policy = Policies[number];

/** The day on which the examples are judged, because some policies depend on the date. */
const DAY = "2026-11-26";

/** The resources of an example. A manifest becomes the resource that Pulumi registers for it. */
export function resourcesOf(yaml: string): Resource[] {
  return parseAllDocuments(yaml).map((document) => {
    const content = document.toJS() as Record<string, unknown>;
    if (typeof content.type === "string") {
      const props = content.properties as Record<string, unknown>;
      return { type: content.type, name: String(props.name), props };
    }
    const { apiVersion, kind, metadata } = content as {
      apiVersion: string;
      kind: string;
      metadata: { name: string };
    };
    const version = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
    return { type: `kubernetes:${version}:${kind}`, name: metadata.name, props: content };
  });
}

/** The violations of one policy by an example. */
export async function violationsOf(policy: Policy, yaml: string): Promise<string[]> {
  const { now } = clock;
  clock.now = () => Date.parse(DAY);
  try {
    const resources = resourcesOf(yaml);
    const outcomes =
      "validateStack" in policy
        ? [await validateStack(policy, resources)]
        : await Promise.all(resources.map((resource) => validateResource(policy, resource)));
    return outcomes.flatMap(({ violations }) => violations);
  } finally {
    clock.now = now;
  }
}

/** Every generated file: path below `docs/policies` → content. */
export async function files(): Promise<Map<string, string>> {
  const rendered = policies.map(async (policy): Promise<[string, string]> => [
    `${policy.name}.md`,
    await pageText(policy),
  ]);
  return new Map([["README.md", indexText()], ...(await Promise.all(rendered))]);
}

async function pageText(policy: Policy): Promise<string> {
  const page = pages[policy.name];
  if (page === undefined) throw new Error(`pages/ has no page for ${policy.name}`);
  const violations = await violationsOf(policy, page.wrong);
  return [
    `# ${policy.name}`,
    "",
    `${policy.displayName ?? ""}. ${descriptionOf(policy)}`,
    "",
    `Level: ${policy.enforcementLevel ?? ""}. Severity: ${policy.severity ?? ""}. ${frameworkOf(policy)}`,
    "",
    "## Why",
    "",
    `${page.why} [Reference](${policy.url ?? ""})`,
    "",
    "## Wrong",
    "",
    ...block("yaml", page.wrong),
    "",
    ...block("", violations.join("\n")),
    "",
    "## Right",
    "",
    ...block("yaml", page.right),
    "",
    "## Fix",
    "",
    policy.remediationSteps ?? "",
    "",
    "## Settings",
    "",
    ...settingsOf(policy),
    "",
    "## When to exempt it",
    "",
    page.exempt,
    "",
  ].join("\n");
}

function settingsOf({ configSchema }: Policy): string[] {
  const own = Object.entries(configSchema?.properties ?? {}).filter(([name]) => !(name in commonSettings));
  const common =
    "Every policy has [includeFor, excludeFor, exemptions and enforcementLevel](README.md#settings).";
  if (own.length === 0) return [common];
  return [...settingsList(own), "", common];
}

function settingsList(
  settings: readonly [string, { readonly description?: string; readonly default?: unknown }][],
): string[] {
  return settings.map(
    ([name, { description = "", default: value }]) =>
      `- \`${name}\`, by default \`${JSON.stringify(value)}\`: ${description.replace(/\.$/, "")}.`,
  );
}

function frameworkOf({ framework }: Policy): string {
  if (framework === undefined) return "";
  const { name, version, reference, specification } = framework;
  return `${name} ${version}, ${reference}: ${specification}.`;
}

function descriptionOf({ name, description }: Policy): string {
  return description.replace(` ${pageOf(name)}`, "");
}

function block(language: string, content: string): string[] {
  return [`\`\`\`${language}`, content.trimEnd(), "```"];
}

function indexText(): string {
  const sections = Object.entries(groups).flatMap(([title, members]) => [
    `## ${title}`,
    "",
    ...members.map((policy) => {
      const level = policy.enforcementLevel === "mandatory" ? "" : ` (${policy.enforcementLevel ?? ""})`;
      return `- [${policy.name}](${policy.name}.md)${level}: ${descriptionOf(policy)}`;
    }),
    "",
  ]);
  return [
    "# Policies",
    "",
    "All policies are mandatory unless marked otherwise.",
    "",
    ...sections,
    "## Settings",
    "",
    "Every policy has these settings in addition to its own:",
    "",
    ...settingsList(Object.entries(commonSettings)),
    "- `enforcementLevel`: `mandatory`, `advisory` or `disabled`.",
    "",
  ].join("\n");
}

async function main(): Promise<void> {
  const folder = join(__dirname, "..", "docs", "policies");
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [path, content] of await files()) writeFileSync(join(folder, path), content);
  writeFileSync(join(folder, "..", "bulletins.md"), bulletinsPage());
}

if (require.main === module) void main();
