/**
 * Writes the types and schemas of Istio's custom resources from the file of definitions that Istio's base chart
 * installs: `npm run generate -- <istio>/manifests/charts/base/files/crd-all.gen.yaml`.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { compile, type JSONSchema } from "json-schema-to-typescript";
import { parseAllDocuments } from "yaml";

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec: Schema } } };
    }[];
  };
}

type Schema = Record<string, unknown>;

/** The kinds that are rendered, with the newest version that is served. */
const kinds: Readonly<Record<string, string>> = {
  AuthorizationPolicy: "v1",
  DestinationRule: "v1",
  EnvoyFilter: "v1alpha3",
  Gateway: "v1",
  PeerAuthentication: "v1",
  RequestAuthentication: "v1",
  ServiceEntry: "v1",
  Sidecar: "v1",
  Telemetry: "v1",
  VirtualService: "v1",
};

async function generate(file: string): Promise<void> {
  const documents = parseAllDocuments(await readFile(file, "utf8"));
  const definitions = documents.map((document) => document.toJS() as Definition | null);
  const schemas: Record<string, Schema> = {};
  for (const [kind, version] of Object.entries(kinds)) {
    const spec = definitions.find((definition) => definition?.spec.names.kind === kind)?.spec;
    const served = spec?.versions.find(({ name, served: isServed }) => name === version && isServed);
    if (!spec || !served) throw new Error(`${file} has no ${kind} of version ${version}`);
    const schema = served.schema.openAPIV3Schema.properties.spec;
    schemas[`${spec.group}/${version}/${kind}`] = strip(schema) as Schema;
    const source = await compile(typed(schema) as JSONSchema, `${kind}Spec`, {
      additionalProperties: false,
      bannerComment: "// Generated from Istio's custom resource definitions by mesh/types/generate.ts.",
      format: false,
      ignoreMinAndMaxItems: true,
    });
    await writeFile(path.join(__dirname, `${kind[0]?.toLowerCase() ?? ""}${kind.slice(1)}.gen.ts`), source);
  }
  await writeFile(path.join(__dirname, "../../checks/schemas.gen.json"), `${JSON.stringify(schemas)}\n`);
}

/**
 * What a validator needs: no descriptions, and unknown fields refused, which the API server drops in silence. Rules of CEL stay, but
 * for those that have another form here.
 */
function strip(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strip);
  if (schema === null || typeof schema !== "object") return schema;
  const kept = Object.entries(schema).filter(([key]) => key !== "description" && !key.startsWith("x-"));
  const stripped: Schema = Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === "properties" ? mapValues(value as Schema, strip) : strip(value),
    ]),
  );
  if (isDuration(schema)) stripped.pattern = duration;
  const rules = rulesOf(schema).filter(({ rule }) => !rule.includes("duration(self)"));
  if (rules.length > 0) {
    stripped["x-kubernetes-validations"] = rules.map(({ rule, message }) => ({ rule, message }));
  }
  const open = "additionalProperties" in schema || "x-kubernetes-preserve-unknown-fields" in schema;
  return "properties" in schema && !open ? { ...stripped, additionalProperties: false } : stripped;
}

/** A duration as Go and CEL read it, such as `1h30m`. */
const duration = "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$";

/** The CRDs only say in a rule of CEL that a text is a duration. */
function isDuration(schema: object): boolean {
  const { type } = schema as { readonly type?: string };
  return type === "string" && rulesOf(schema).some(({ rule }) => rule.includes("duration(self)"));
}

interface CelRule {
  readonly rule: string;
  readonly message?: string;
}

function rulesOf(schema: object): readonly CelRule[] {
  const { "x-kubernetes-validations": rules = [] } = schema as {
    readonly "x-kubernetes-validations"?: readonly CelRule[];
  };
  return rules;
}

/** What a type needs: alternatives only restrict which fields go together, which would make unreadable unions. */
function typed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(typed);
  if (schema === null || typeof schema !== "object") return schema;
  const isObject = "type" in schema && schema.type === "object";
  const kept = Object.entries(schema).filter(
    ([key]) => !(isObject && ["oneOf", "anyOf", "allOf"].includes(key)),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      key === "properties" ? mapValues(value as Schema, typed) : typed(value),
    ]),
  );
}

function mapValues(object: Schema, map: (value: unknown) => unknown): Schema {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value)]));
}

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("name Istio's crd-all.gen.yaml");
void generate(file);
