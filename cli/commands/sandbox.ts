import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { sandboxStatus, type SandboxStatus } from "../../sandbox";
import { withRunLock } from "../../sandbox/runLock";
import { UserError } from "../../errors/userError";
import { runningSandbox, startControlPlane, stopControlPlane } from "../controlPlane";
import { print, table } from "../output";
import { parsePort } from "../port";
import { endKilledRun } from "../runProcesses";
import { stateOption } from "../stateOption";
import { tools } from "../programs";

/** `meshwright sandbox …`: the embedded sandbox without a deployment. */
export function sandboxCommand(sandbox: Command): void {
  sandbox
    .command("up")
    .description("start it and wait until it is ready")
    .addOption(stateOption())
    .option("--api-server-port <port>", "port of the API server (default: a free one)", parsePort)
    .action(async ({ state, apiServerPort }: { state: string; apiServerPort?: number }) => {
      const status = await withRunLock(state, "meshwright sandbox up", async () =>
        startControlPlane(await tools(), state, { ...(apiServerPort !== undefined && { apiServerPort }) }),
      );
      print(`API server  ${status.apiServer ?? "-"}\nkubeconfig  ${status.kubeconfig}`);
    });

  sandbox
    .command("down")
    .description("stop its processes and remove its state")
    .addOption(stateOption())
    .option("--keep-state", "keep the cluster's data and logs")
    .action(async ({ state, keepState }: { state: string; keepState?: true }) => {
      await withRunLock(state, "meshwright sandbox down", async () => {
        await endKilledRun(state);
        await stopControlPlane(state, keepState);
      });
    });

  sandbox
    .command("status")
    .description("show its processes; exit code 1 unless it is ready")
    .addOption(stateOption())
    .option("--json", "print JSON")
    .action(async ({ state, json }: { state: string; json?: true }) => {
      const status = await sandboxStatus(state);
      print(json ? JSON.stringify(status, null, 2) : describeStatus(status));
      if (!status.ready) process.exitCode = 1;
    });

  sandbox
    .command("kubeconfig")
    .description("print the path of its kubeconfig: export KUBECONFIG=$(meshwright sandbox kubeconfig)")
    .addOption(stateOption())
    .action(async ({ state }: { state: string }) => {
      print((await runningSandbox(state)).kubeconfig);
    });

  sandbox
    .command("logs")
    .description("print the log of one of its processes")
    .argument("<process>", "name, as `meshwright sandbox status` prints it")
    .addOption(stateOption())
    .action(async (name: string, { state }: { state: string }) => {
      const { processes } = await sandboxStatus(state);
      const process_ = processes.find((one) => one.name === name);
      if (process_ === undefined) {
        const known = processes.map((one) => one.name).join(", ");
        throw new UserError({
          problem: `The sandbox ${state} has no process "${name}".`,
          fix: known === "" ? "Start it first: meshwright sandbox up" : `Choose one of: ${known}`,
        });
      }
      await pipeline(createReadStream(process_.log), process.stdout, { end: false });
    });
}

function describeStatus(status: SandboxStatus): string {
  if (!status.running) return `No sandbox runs in ${status.state}. Start one: meshwright sandbox up`;
  const rows = status.processes.map((one) => [
    one.name,
    one.status,
    one.pid?.toString() ?? "-",
    one.restarts.toString(),
    Object.values(one.ports).join(",") || "-",
    one.log,
  ]);
  return [
    `API server  ${status.apiServer ?? "-"}`,
    `charts      ${status.chartRepository ?? "-"}`,
    `webhooks    istiod ${status.istiod?.injectionURL ?? "-"}, canary ${status.canary?.injectionURL ?? "-"}`,
    `kubeconfig  ${status.kubeconfig}`,
    "",
    table(["PROCESS", "STATUS", "PID", "RESTARTS", "PORTS", "LOG"], rows),
  ].join("\n");
}
