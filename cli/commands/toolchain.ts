import type { Command } from "commander";
import { cacheRoot, programsAhead, toolchainStatus } from "../../toolchain";
import { print, table } from "../output";
import { tools } from "../programs";

/** `meshwright toolchain`: lists the sandbox's programs and their sources. */
export function toolchainCommand(command: Command): void {
  command
    .option("--build", "build the missing programs")
    .option("--json", "print JSON")
    .action(async ({ build, json }: { build?: true; json?: true }) => {
      if (build) await tools(programsAhead);
      const statuses = await toolchainStatus();
      if (json) {
        print(JSON.stringify({ cache: cacheRoot(), programs: statuses }, null, 2));
        return;
      }
      const megabytes = (bytes: number): string => (bytes === 0 ? "-" : `${Math.round(bytes / 1e6)} MB`);
      print(
        table(
          ["PROGRAM", "VERSION", "SOURCE", "SIZE", "PATH"],
          statuses.map(({ name, version, source, bytes, path }) => [
            name,
            version,
            source,
            megabytes(bytes),
            path ?? "-",
          ]),
        ),
      );
      const total = statuses.reduce((sum, { source, bytes }) => (source === "built" ? sum + bytes : sum), 0);
      print(`\nBuilt programs are kept in ${cacheRoot()} (${megabytes(total)}).`);
    });
}
