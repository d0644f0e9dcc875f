import { execa } from "execa";
import { UserError } from "../errors/userError";
import { deployedObjects, deployedSide } from "../program/diff/deployed";
import type { Side } from "../program/diff/side";
import type { ExportedStack, StateResource } from "../program/stackState";
import { readSandboxState } from "./deployed/sandboxState";
import { checkedMesh } from "./planned";
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
export async function stackSide(
  argument: string | undefined,
  stack: string | undefined,
  state: string,
): Promise<Side> {
  const name = `the last deployment of ${stack ?? "the sandbox"}`;
  const resources = await stackResources(stack, state);
  if (deployedObjects(resources).length === 0) {
    throw new UserError({
      problem: `There is no deployment of ${stack ?? `the sandbox in ${state}`} to compare with.`,
      fix:
        stack === undefined
          ? "Deploy it: meshwright up, or name a stack: --stack <name>"
          : `Deploy it: pulumi up --stack ${stack}`,
    });
  }
  const { mesh } = checkedMesh(await loadSubject(argument, stack, stack === undefined ? state : undefined));
  return deployedSide(name, resources, mesh);
}

/**
 * The resources of a stack, by its state. Secrets stay encrypted.
 *
 * @param stack the stack. Undefined: that of `meshwright up` in the sandbox.
 * @param state folder of the sandbox.
 * @throws {UserError} if the state can't be read.
 */
export async function stackResources(
  stack: string | undefined,
  state: string,
): Promise<readonly StateResource[]> {
  const deployment = stack === undefined ? readSandboxState(state) : await exported(stack);
  return deployment?.resources ?? [];
}

/** The state of a stack, as Pulumi exports it. */
async function exported(stack: string): Promise<ExportedStack["deployment"]> {
  const { exitCode, stdout, stderr, failed } = await execa(
    "pulumi",
    ["stack", "export", "--stack", stack, "--non-interactive"],
    { reject: false },
  );
  if (failed) {
    const missing = exitCode === undefined;
    throw new UserError({
      problem: `\`pulumi stack export --stack ${stack}\` failed${missing ? ": pulumi is not on PATH" : ""}.`,
      ...(stderr !== "" && { details: stderr.split("\n").slice(0, 6).join("\n") }),
      fix: missing
        ? "Install it: https://www.pulumi.com/docs/install/"
        : "Log in to the stack's backend, and run the command in the folder of the Pulumi project.",
    });
  }
  return (JSON.parse(stdout) as ExportedStack).deployment;
}
