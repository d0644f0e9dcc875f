import { Console } from "node:console";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { packageRoot } from "../toolchain/packageRoot";
import type * as audit from "./commands/audit";
import type * as check from "./commands/check";
import type * as completion from "./commands/completion";
import type * as cost from "./commands/cost";
import type * as diff from "./commands/diff";
import type * as down from "./commands/down";
import type * as explain from "./commands/explain";
import type * as graph from "./commands/graph";
import type * as init from "./commands/init";
import type * as open from "./commands/open";
import type * as preview from "./commands/preview";
import type * as prove from "./commands/prove";
import type * as purge from "./commands/purge";
import type * as render from "./commands/render";
import type * as repair from "./commands/repair";
import type * as sandbox from "./commands/sandbox";
import type * as schema from "./commands/schema";
import type * as shadow from "./commands/shadow";
import type * as status from "./commands/status";
import type * as toolchain from "./commands/toolchain";
import type * as up from "./commands/up";
import { endWithReader, reportError } from "./output";
import { refuseEmpty } from "./refuseEmpty";

/** A command: its description in the help, and the function that adds its arguments, options and action. */
interface CommandFile {
  readonly description: string;
  /** Loads the command's file. Files import SDKs that other commands run without. */
  readonly load: () => (command: Command) => void;
  /** Whether the help leaves it out, because programs call it. Default: no. */
  readonly isHidden?: boolean;
}

/* eslint-disable @typescript-eslint/no-require-imports -- an import statement would load all files at once */
const files: Readonly<Record<string, CommandFile>> = {
  init: {
    description: "write a project with an example catalog into an empty folder",
    load: () => (require("./commands/init") as typeof init).initCommand,
  },
  up: {
    description: "deploy the Pulumi project of this folder to the embedded sandbox, under the policy pack",
    load: () => (require("./commands/up") as typeof up).upCommand,
  },
  down: {
    description: "stop the sandbox and remove its state; built programs stay in the cache",
    load: () => (require("./commands/down") as typeof down).downCommand,
  },
  check: {
    description: "check a catalog; exit code 1 if it has errors",
    load: () => (require("./commands/check") as typeof check).checkCommand,
  },
  audit: {
    description:
      "judge manifests or a cluster by the policies, and find dangling references, open access and plaintext; exit code 1 if there are errors",
    load: () => (require("./commands/audit") as typeof audit).auditCommand,
  },
  render: {
    description:
      "write a catalog's objects as YAML, sorted and stable; for a platform its Helm releases as well",
    load: () => (require("./commands/render") as typeof render).renderCommand,
  },
  explain: {
    description:
      "explain what happens to a request and which rule decides, or where an object that `render` writes comes from",
    load: () => (require("./commands/explain") as typeof explain).explainCommand,
  },
  diff: {
    description:
      "compare what two catalogs or sets of manifests do: who may call, mutual TLS, routes, what leaves the mesh",
    load: () => (require("./commands/diff") as typeof diff).diffCommand,
  },
  preview: {
    description:
      "show what a stack's update changes (objects, releases, policies, requests) by its state, without Pulumi's engine; exit code 1 if a policy refuses it",
    load: () => (require("./commands/preview") as typeof preview).previewCommand,
  },
  graph: {
    description: "draw the call graph of a catalog as an HTML page, in DOT or in Mermaid",
    load: () => (require("./commands/graph") as typeof graph).graphCommand,
  },
  prove: {
    description:
      "prove that requests do what a catalog says, by a model, a real istiod and real proxies; exit code 1 if a claim is refuted",
    load: () => (require("./commands/prove") as typeof prove).proveCommand,
  },
  shadow: {
    description:
      "judge dry runs of authorization by metrics or access logs, and list unused permissions; exit code 1 unless every dry run is clean",
    load: () => (require("./commands/shadow") as typeof shadow).shadowCommand,
  },
  cost: {
    description:
      "measure the configuration that a real istiod sends to each proxy, its memory, and what a change adds; exit code 1 over a budget",
    load: () => (require("./commands/cost") as typeof cost).costCommand,
  },
  schema: {
    description: "print the JSON Schema of a catalog, for editors that complete and check YAML and JSON",
    load: () => (require("./commands/schema") as typeof schema).schemaCommand,
  },
  status: {
    description:
      "show the health of the mesh on a cluster, and compare what runs with a catalog; exit code 1 if there are errors",
    load: () => (require("./commands/status") as typeof status).statusCommand,
  },
  open: {
    description: "forward a local port to one of the add-ons, until Ctrl-C",
    load: () => (require("./commands/open") as typeof open).openCommand,
  },
  repair: {
    description:
      "after a killed `pulumi up`: end the interrupted operations of a stack, in its state and in the cluster; without --yes, only show them",
    load: () => (require("./commands/repair") as typeof repair).repairCommand,
  },
  purge: {
    description: "after `pulumi destroy`: remove Istio's CRDs and istiod's ConfigMaps, if nothing uses them",
    load: () => (require("./commands/purge") as typeof purge).purgeCommand,
  },
  sandbox: {
    description: "manage the embedded sandbox: a real API server and istiod as local processes",
    load: () => (require("./commands/sandbox") as typeof sandbox).sandboxCommand,
  },
  toolchain: {
    description: "list the programs of the sandbox and its tests: found, built or missing",
    load: () => (require("./commands/toolchain") as typeof toolchain).toolchainCommand,
  },
  completion: {
    description: "print the script by which a shell completes commands, options and their values",
    load: () => (require("./commands/completion") as typeof completion).completionCommand,
  },
  "completion-server": {
    description: "answer the script that `completion` prints",
    load: () => (require("./commands/completion") as typeof completion).completionServerCommand,
    isHidden: true,
  },
};
/* eslint-enable @typescript-eslint/no-require-imports */

/**
 * All commands of `meshwright`.
 *
 * @param wanted name of the only command that gets its arguments, options and action. Default: all get them.
 */
export function commands(wanted?: string): Command {
  const { version } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as {
    version: string;
  };
  const program = new Command("meshwright")
    .description("Istio from a typed service catalog, with Pulumi")
    .version(version)
    .showHelpAfterError()
    .exitOverride()
    .hook("preAction", (_, command) => {
      // A shell completes empty words, too.
      if (command.name() !== "completion-server") refuseEmpty(command);
    });
  for (const [name, { description, load, isHidden = false }] of Object.entries(files)) {
    const command = program.command(name, { hidden: isHidden }).description(description);
    if (wanted === undefined || wanted === name) load()(command);
  }
  return program;
}

/**
 * Runs a command line, and sets the exit code. 0 is success, 1 an error that the user can fix, 2 wrong usage, 70 a bug
 * in Meshwright.
 */
export async function run(argv: readonly string[]): Promise<void> {
  endWithReader();
  const { console: own } = globalThis;
  // What a catalog or a program prints would stand among the results on stdout.
  globalThis.console = new Console(process.stderr, process.stderr);
  try {
    const [first = "", second = ""] = argv.slice(2);
    const program = commands(first === "help" ? second : first);
    await program.parseAsync(isKnown(program, argv.slice(2)) ? argv : argv.filter((word) => !isHelp(word)));
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else process.exitCode = reportError(error);
  } finally {
    globalThis.console = own;
  }
}

/** Whether the words begin with a command. Commander shows help beside `--help`, whatever else the words are. */
function isKnown(program: Command, words: readonly string[]): boolean {
  let here = program;
  for (const word of words) {
    if (word.startsWith("-") || here.commands.length === 0) return true;
    const next = here.commands.find((command) => command.name() === word);
    if (!next) return word === "help";
    here = next;
  }
  return true;
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}
