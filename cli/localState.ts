import { copyFileSync, existsSync, readFileSync, renameSync } from "node:fs";
import { createDecipheriv, pbkdf2Sync } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { UserError } from "../errors/userError";
import type { SandboxStatus } from "../sandbox";
import { remark } from "./output";
import { readHelmRecords } from "./repair/helmRecords";

/** The parts of a stack's checkpoint that are read here. */
interface Checkpoint {
  readonly checkpoint: {
    readonly latest?: {
      readonly secrets_providers?: { readonly type?: string; readonly state?: { readonly salt?: string } };
    } | null;
  };
}

const startOver = "To start over: meshwright down, then meshwright up.";

/**
 * Makes sure that a stack of the sandbox still has its state and its passphrase, before a run changes anything. A state
 * that is missing or damaged is restored from the copy that Pulumi keeps of the version before. The repair finds the
 * operations since then.
 *
 * @param stackFile path of the stack's state in the file backend.
 * @param ready resolves when the API server of the sandbox answers.
 * @throws {UserError} if the state is lost although the cluster has what it deployed, or can't be decrypted.
 */
export async function ensureState(
  stackFile: string,
  sandbox: SandboxStatus,
  ready: Promise<unknown>,
): Promise<void> {
  const checkpoint = read(stackFile) ?? (await restored(stackFile, sandbox, ready));
  const { type, state } = checkpoint?.checkpoint.latest?.secrets_providers ?? {};
  if (type !== "passphrase" || state?.salt === undefined) return;
  const file = passphraseFile(sandbox.state);
  const passphrase = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (decrypts(passphrase, state.salt)) return;
  throw new UserError({
    problem:
      passphrase === ""
        ? `The passphrase of the stack's secrets is lost: ${file} is missing or empty. Nothing was changed.`
        : `The passphrase in ${file} does not decrypt the stack's secrets. Nothing was changed.`,
    fix: `Restore this file from a backup. ${startOver}`,
  });
}

/** Path of the file with the passphrase of a sandbox's stacks. */
export function passphraseFile(state: string): string {
  return join(state, "passphrase");
}

/** Undefined if the file is missing, or is not the state of a stack. */
function read(file: string): Checkpoint | undefined {
  try {
    const content = JSON.parse(readFileSync(file, "utf8")) as Partial<Checkpoint> | null;
    return typeof content?.checkpoint === "object" ? (content as Checkpoint) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Folder with the records of a stack's updates: `.pulumi/history/<project>/<stack>`, beside `.pulumi/stacks`. */
function historyOf(file: string): string {
  const project = dirname(file);
  return join(dirname(dirname(project)), "history", basename(project), basename(file, ".json"));
}

async function restored(
  file: string,
  { kubeconfig }: SandboxStatus,
  ready: Promise<unknown>,
): Promise<Checkpoint | undefined> {
  const how = existsSync(file) ? "damaged" : "missing";
  // A stack that was never deployed, or was removed, has no state. What is in the cluster is not its own.
  if (how === "missing" && !existsSync(historyOf(file))) return undefined;
  const copy = `${file}.bak`;
  const before = read(copy);
  if (before !== undefined) {
    const temporary = `${file}.restored`;
    copyFileSync(copy, temporary);
    renameSync(temporary, file);
    remark(`The stack's state ${file} was ${how}. It is restored from ${copy}.`);
    return before;
  }
  await ready;
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const releases = (await readHelmRecords(config))
    .filter(({ installed }) => installed?.chart === "base" || installed?.chart === "istiod")
    .map(({ namespace, release }) => `${namespace}/${release}`);
  if (how === "missing" && releases.length === 0) return undefined;
  throw new UserError({
    problem: `The stack's state ${file} is ${how}, and so is its copy ${copy}, but the cluster has what the stack deployed${
      releases.length === 0 ? "" : `: the Helm releases ${[...new Set(releases)].join(", ")}`
    }. Nothing was changed.`,
    fix: `Restore the file from a backup. ${startOver}`,
  });
}

/**
 * Whether a passphrase belongs to a salt `v1:<salt>:v1:<nonce>:<text>`, which contains a text that is encrypted with it.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/secrets/passphrase/manager.go
 */
function decrypts(passphrase: string, salt: string): boolean {
  const [, salted = "", , nonce = "", text = ""] = salt.split(":");
  const key = pbkdf2Sync(passphrase, Buffer.from(salted, "base64"), 1_000_000, 32, "sha256");
  const sealed = Buffer.from(text, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64"));
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    decipher.update(sealed.subarray(0, -16));
    decipher.final();
    return true;
  } catch {
    return false;
  }
}
