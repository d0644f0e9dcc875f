import { extname } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../errors/userError";
import { reasonOf } from "./catalogFile";
import { readBounded } from "./readBounded";

/** The largest file of settings that is read, in bytes. */
export const maxSettingsBytes = 10 * 1024 ** 2;

/**
 * Reads a file of settings, such as Pulumi.yaml, Pulumi.dev.yaml or package.json. An empty file has no settings.
 *
 * @param path a file that ends in `.json`, or YAML.
 * @param schema the settings that are read.
 * @throws {UserError} if it has a syntax error, does not match the schema, or is too large.
 */
export function readSettingsFile<T>(path: string, schema: z.ZodType<T>): T {
  const read = schema.safeParse(parsed(path, settingsText(path)) ?? {});
  if (read.success) return read.data;
  throw unreadable(
    path,
    read.error.issues
      .map(({ path: at, message }) => (at.length === 0 ? message : `${at.join(".")}: ${message}`))
      .join("; "),
  );
}

/** The settings of a stack. https://www.pulumi.com/docs/iac/concepts/projects/stack-settings-file/ */
export const stackFile = z.looseObject({ config: z.record(z.string(), z.unknown()).nullish() });

/**
 * Reads the text of a file of settings.
 *
 * @throws {UserError} if it is too large.
 */
export function settingsText(path: string): string {
  return readBounded(path, maxSettingsBytes, () =>
    unreadable(path, `it has more than ${maxSettingsBytes / 1024 ** 2} MB`),
  );
}

function parsed(path: string, text: string): unknown {
  try {
    return extname(path) === ".json" ? JSON.parse(text) : parse(text, { logLevel: "error" });
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) {
      throw unreadable(path, reasonOf(error), error);
    }
    const [reason = ""] = (error as Error).message.split("\n");
    throw unreadable(path, reason.replace(/:$/, ""), error);
  }
}

function unreadable(path: string, reason: string, cause?: unknown): UserError {
  return new UserError({ problem: `${path} can't be read: ${reason}.`, fix: "Correct the file.", cause });
}
