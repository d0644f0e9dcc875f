import { execa } from "execa";
import { modelOf } from "../checks";
import { type PlainObject, settingsOf } from "../effect";
import { meshConfig } from "../components/meshConfig";
import { fromAnnotation } from "../mesh";
import { UserError } from "../errors/userError";
import { readSandboxState } from "./deployed/sandboxState";
import { checkedMesh } from "./planned";
import { type ExportedStack, objectKeyOf, type StateResource } from "./repair/stackState";
import type { Side } from "./side";
import { loadSubject } from "./subject";

/**
 * What a stack has deployed last, by its state: no cluster is asked. Pods and Services that other tools deploy are those of
 * the catalog, as far as the deployed objects are about them.
 *
 * @param argument the catalog, as `loadSubject` takes it.
 * @param stack the stack. Undefined: that of `meshwright up` in the sandbox.
 * @param state folder of the sandbox.
 * @throws {UserError} if the stack has deployed nothing, or its state can't be read.
 */
export async function deployedSide(
  argument: string | undefined,
  stack: string | undefined,
  state: string,
): Promise<Side> {
  const name = `the last deployment of ${stack ?? "the sandbox"}`;
  const deployment = stack === undefined ? readSandboxState(state) : await exported(stack);
  const objects = deployedObjects(deployment?.resources ?? []);
  if (objects.length === 0) {
    throw new UserError({
      problem: `There is no deployment of ${stack ?? `the sandbox in ${state}`} to compare with.`,
      fix:
        stack === undefined
          ? "Deploy it: meshwright up, or name a stack: --stack <name>"
          : `Deploy it: pulumi up --stack ${stack}`,
    });
  }
  const { mesh } = checkedMesh(await loadSubject(argument, stack));
  const paths = objects.flatMap(fromPaths);
  const known = new Set(paths.flatMap((path) => /^services\.([^.[]+)/.exec(path)?.[1] ?? []));
  const services = mesh.services.filter((service) => known.has(service.name));
  return {
    name,
    objects,
    model: modelOf({ ...mesh, services }, objects, settingsOf(meshConfig(mesh))),
  };
}

/** Objects of a stack that are about the mesh. Secrets are left out, and so is all that state has encrypted. */
export function deployedObjects(resources: readonly StateResource[]): PlainObject[] {
  return resources.flatMap((resource): PlainObject[] => {
    const key = objectKeyOf(resource);
    if (key === undefined || key.kind === "Secret") return [];
    const { inputs = {} } = resource;
    return [{ ...inputs, apiVersion: key.apiVersion, kind: key.kind, metadata: inputs.metadata }];
  });
}

function fromPaths({ metadata }: PlainObject): string[] {
  const { annotations = {} } = (metadata ?? {}) as { readonly annotations?: Record<string, unknown> };
  const from = annotations[fromAnnotation];
  return typeof from === "string" ? from.split(",") : [];
}

/** The state of a stack, as Pulumi exports it: secrets stay encrypted. */
async function exported(stack: string): Promise<ExportedStack["deployment"]> {
  const { exitCode, stdout, stderr, failed } = await execa(
    "pulumi",
    ["stack", "export", "--stack", stack, "--non-interactive"],
    { reject: false },
  );
  if (failed) {
    throw new UserError({
      problem: `\`pulumi stack export --stack ${stack}\` failed${exitCode === undefined ? ": pulumi is not on PATH" : ""}.`,
      ...(stderr !== "" && { details: stderr.split("\n").slice(0, 6).join("\n") }),
      fix: "Log in to the stack's backend, and run the command in the folder of the Pulumi project.",
    });
  }
  return (JSON.parse(stdout) as ExportedStack).deployment;
}
