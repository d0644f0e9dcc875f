import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { localStackFiles } from "../cli/localStack";
import { checkMesh, renderMesh } from "../mesh";
import { toYaml } from "../mesh/toYaml";
import { meshOf } from "./meshOf";

const repository = join(__dirname, "..");

/**
 * Writes a Pulumi project of so many services into `folder`. The state beside it is that after a deployment, as far as
 * `meshwright preview` reads it. The timeout of one service has changed since.
 */
export function deployedProject(
  folder: string,
  services: number,
): { readonly folder: string; readonly state: string } {
  const { mesh } = checkMesh(meshOf(services));
  if (mesh === undefined) throw new Error("the mesh has errors");
  const resources = renderMesh(mesh).map((inputs) => {
    const { kind, metadata } = inputs;
    const type = `kubernetes:x:${kind}`;
    const name = `bench-${kind}/${metadata.name}`;
    const urn = `urn:pulumi:local::bench::meshwright:index:ServiceMesh$${type}::${name}`;
    return { urn, custom: true, id: name, type, inputs, outputs: inputs };
  });
  const state = join(folder, "state");
  const { configFile } = localStackFiles(state);
  const stacks = join(state, "pulumi", ".pulumi", "stacks", "bench");
  for (const path of [stacks, join(state, "project")]) mkdirSync(path, { recursive: true });
  const config = { "meshwright:controlPlane": "installed", "meshwright:observability": "false" };
  writeFileSync(configFile, toYaml({ config }));
  // As Pulumi writes it, with indentation.
  const checkpoint = { version: 3, checkpoint: { latest: { resources } } };
  writeFileSync(join(stacks, "local.json"), JSON.stringify(checkpoint, null, 4));
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\nmain: index.js\n");
  writeFileSync(join(folder, "catalog.json"), JSON.stringify(meshOf(services, "6s")));
  const program = join(repository, "dist", "program");
  writeFileSync(
    join(folder, "index.js"),
    `const { deploy } = require(${JSON.stringify(join(program, "deploy"))});
const { definePlatform } = require(${JSON.stringify(join(program, "platform"))});
module.exports = deploy(definePlatform({ name: "bench", catalog: require("./catalog.json") }));
`,
  );
  return { folder, state };
}
