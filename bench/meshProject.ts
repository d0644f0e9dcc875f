import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LocalPulumi, localPulumi } from "../cli/pulumi";
import { checkMesh, type Manifest, renderMesh } from "../mesh";
import type { SandboxStatus } from "../sandbox";
import { type Harness, startSandbox } from "../tests/sandbox/harness";
import { meshOf } from "./meshOf";

const repository = join(__dirname, "..");

/** The objects of a mesh of so many services. */
export function objectsOf(services: number): Manifest[] {
  const { mesh, findings } = checkMesh(meshOf(services));
  if (mesh === undefined) throw new Error(JSON.stringify(findings.slice(0, 3)));
  return renderMesh(mesh);
}

/** A Pulumi project of one ServiceMesh, and a sandbox for it. */
export interface MeshProject {
  readonly status: SandboxStatus;
  readonly pulumi: LocalPulumi;
}

/** Writes the project into a new folder and starts the sandbox. Istio is not installed. */
export async function meshProject(h: Harness, project: string, services: number): Promise<MeshProject> {
  symlinkSync(join(repository, "node_modules"), join(project, "node_modules"));
  writeFileSync(join(project, "Pulumi.yaml"), "name: bench\nruntime: nodejs\nmain: index.js\n");
  writeCatalog(project, services);
  writeFileSync(
    join(project, "index.js"),
    `const { ServiceMesh } = require(${JSON.stringify(join(repository, "dist", "pulumi"))});\n` +
      `new ServiceMesh("bench", { catalog: require("./catalog.json") });\n`,
  );
  const status = await startSandbox(h.options(h.folder()));
  return { status, pulumi: await localPulumi(h.toolchain, status, project) };
}

/** Writes the project's catalog anew, with this timeout of the first service. */
export function writeCatalog(project: string, services: number, timeout?: string): void {
  writeFileSync(join(project, "catalog.json"), JSON.stringify(meshOf(services, timeout)));
}
