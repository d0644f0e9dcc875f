/**
 * Infers the components' schema from their sources, as Pulumi does for components in TypeScript: what other languages'
 * packages are generated from. `npm run docs` writes it to `schema.gen.json`; a test says when that is out of date.
 */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";

const packageName = "meshwright";

/** @throws {Error} if Pulumi can't infer the type of an argument or an output; the message names it. */
export function inferredSchema(componentNames: readonly string[]): ReturnType<typeof generateSchema> {
  const { version, description } = JSON.parse(
    readFileSync(path.join(__dirname, "..", "package.json"), "utf8"),
  ) as { version: string; description: string };
  const entry = { main: path.join(__dirname, "..", "pulumi.ts") };
  const analyzer = new Analyzer(__dirname, packageName, entry, new Set(componentNames));
  const inferred = analyzer.analyze();
  return generateSchema(
    packageName,
    version,
    description,
    inferred.components,
    inferred.typeDefinitions,
    inferred.dependencies,
  );
}

if (require.main === module) {
  const schema = inferredSchema(["IstioControlPlane", "MeshNamespace", "Observability", "ServiceMesh"]);
  writeFileSync(path.join(__dirname, "schema.gen.json"), `${JSON.stringify(schema, null, 1)}\n`);
}
