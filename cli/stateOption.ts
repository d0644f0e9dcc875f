import { resolve } from "node:path";
import { InvalidArgumentError, Option } from "commander";

/** `--state DIR`: the folder of one sandbox. Two folders are two sandboxes, side by side. */
export function stateOption(): Option {
  return new Option("--state <dir>", "folder of the sandbox's state; another folder is another sandbox")
    .env("MESHWRIGHT_SANDBOX")
    .default(".sandbox")
    .argParser((folder: string) => {
      // An empty text would mean the current folder, which `down` removes.
      if (folder.trim() === "") throw new InvalidArgumentError("Name a folder, such as .sandbox.");
      return resolve(folder);
    });
}
