/**
 * Writes `podSpec.gen.ts`, the types and fields of Kubernetes' PodSpec and PersistentVolumeClaimSpec, from the
 * models of `@kubernetes/client-node`: `npm run generate:pods`. So catalogs have Kubernetes' own types, and those who
 * only check or render one need no Kubernetes SDK. It also writes the fields of the other kinds that catalogs render, by
 * which overrides are checked: `checks/kubernetesKinds.gen.json`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const models = path.join(
  path.dirname(require.resolve("@kubernetes/client-node/package.json")),
  "dist/gen/models",
);
const roots = ["V1PodSpec", "V1PersistentVolumeClaimSpec"];

interface Field {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

const found = new Map<string, Field[]>();

function visit(model: string): void {
  if (found.has(model)) return;
  const script = readFileSync(path.join(models, `${model}.js`), "utf8");
  const declaration = readFileSync(path.join(models, `${model}.d.ts`), "utf8");
  const map = JSON.parse(/attributeTypeMap = (\[[\s\S]*?\n\]);/.exec(script)?.[1] ?? "[]") as {
    name: string;
    baseName: string;
    type: string;
  }[];
  const fields = map.map(({ name, baseName, type }) => ({
    name: baseName,
    type,
    required: declaration.includes(`'${name}': `),
  }));
  found.set(model, fields);
  const read = fields.filter(({ name }) => name !== "status");
  for (const { type } of read) for (const inner of type.match(/\b(?:Core)?V[12]\w+/g) ?? []) visit(inner);
}

const named = (model: string): string => model.replace(/^(Core)?V[12]/, "");

function typescript(type: string): string {
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list !== undefined) return `readonly ${typescript(list)}[]`;
  const values = /^\{ \[key: string\]: (.*?);? \}$/.exec(type)?.[1];
  if (values !== undefined) return `Readonly<Record<string, ${typescript(values)}>>`;
  if (type === "IntOrString") return "number | string";
  if (type === "Date") return "string";
  if (type === "any") return "unknown";
  return named(type);
}

for (const root of roots) visit(root);
const sorted = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
const interfaces = sorted.map(([model, fields]) => {
  // A fragment leaves out what Kubernetes requires of the whole.
  const optional = roots.includes(model);
  const lines = fields.map(
    ({ name, type, required }) =>
      `  readonly ${name}${required && !optional ? "" : "?"}: ${typescript(type)};`,
  );
  return `/** @see https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#${named(model).toLowerCase()}-v1-core */\nexport interface ${named(model)} {\n${lines.join("\n")}\n}`;
});
const table = sorted.map(([model, fields]) => {
  const entries = fields.map(({ name, type, required }) => {
    const optional = roots.includes(model) || !required;
    return `${JSON.stringify(name)}: ${JSON.stringify(`${typescript(type).replaceAll("readonly ", "")}${optional ? "?" : ""}`)}`;
  });
  return `  ${named(model)}: { ${entries.join(", ")} },`;
});
writeFileSync(
  path.join(__dirname, "podSpec.gen.ts"),
  `// Generated from Kubernetes' models by catalog/generate.ts.\n\n${interfaces.join("\n\n")}\n\n/** The fields of each type, with their types; a question mark: optional. */\nexport const podFields: Readonly<Record<string, Readonly<Record<string, string>>>> = {\n${table.join("\n")}\n};\n`,
);

/** The kinds that catalogs render, besides Istio's. */
const kinds = [
  "V1ConfigMap",
  "V1CronJob",
  "V1Deployment",
  "V1Job",
  "V1Namespace",
  "V1NetworkPolicy",
  "V1PodDisruptionBudget",
  "V1Service",
  "V1ServiceAccount",
  "V1StatefulSet",
  "V2HorizontalPodAutoscaler",
];
const ofPods = new Set(found.keys());
for (const kind of kinds) visit(kind);
const others = [...found].filter(([model]) => !ofPods.has(model));
const fieldsByType = Object.fromEntries(
  others
    .map(([model, fields]): [string, Record<string, string>] => [
      named(model),
      Object.fromEntries(
        fields
          .filter(({ name }) => name !== "status")
          .map(({ name, type }) => [name, typescript(type).replaceAll("readonly ", "")]),
      ),
    ])
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync(
  path.join(__dirname, "../checks/kubernetesKinds.gen.json"),
  `${JSON.stringify(fieldsByType, null, 2)}\n`,
);
