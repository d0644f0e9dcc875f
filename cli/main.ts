#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Checked before anything else is loaded: on an older Node.js the imports below would fail with a riddle.
const wanted = "22.19";
const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor)) {
  process.stderr.write(
    `error: Meshwright needs Node.js ${wanted} or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      `fix:   install Node.js ${wanted} (https://nodejs.org), or run it through npx in a project that has the npm package node@${wanted}.\n`,
  );
  process.exit(1);
}

// Compiling what the SDKs bring along takes longer than most commands; Node.js keeps it in the system's temporary folder.
enableCompileCache();

// eslint-disable-next-line @typescript-eslint/no-require-imports -- an import statement would be hoisted above the check
const { run } = require("./program") as { run: (argv: readonly string[]) => Promise<void> };
void run(process.argv);
