import { rmSync } from "node:fs";
import { join } from "node:path";
import pc from "picocolors";
import { UserError } from "../../errors/userError";
import { type LocalPulumi, localStack, withoutCheckpoints } from "../pulumi";
import { forgetUnrecorded, writeUnrecorded } from "../repair/unrecorded";
import type { Course } from "./changes";
import { firstStagePolicies } from "./firstStagePolicies";
import { readSavedPlan, type SavedPlan } from "./savedPlan";
import { withEventLog, withoutRows, withProgress } from "./progress";
import { stagesOf } from "./stages";

/**
 * Deploys the stack under the policy pack in `pack`. The engine writes the whole state before and after each step,
 * which takes most of the time of an update of many objects. A large update therefore has two stages. First come the
 * objects that the cluster can't show again. The many plain objects follow in a run that writes the state once. If that
 * run is killed, the next one finds them in the cluster (`repair/unrecorded.ts`).
 */
export async function deploy(pulumi: LocalPulumi, pack: string, course: Course): Promise<void> {
  const { state, configFile, underPack } = pulumi;
  const target = ["--stack", localStack, "--config-file", configFile];
  const quiet = process.stdout.isTTY ? [] : ["--suppress-progress"];
  const run = async (
    command: "up" | "preview",
    args: readonly string[],
    more: Parameters<LocalPulumi["run"]>[1] = {},
  ): Promise<void> => {
    const exitCode = await pulumi.run([command, ...target, ...args, ...quiet], more);
    if (exitCode === 0) return;
    throw new UserError({
      problem: `\`pulumi ${command}\` failed with exit code ${exitCode}; the lines above say why.`,
      fix: `Fix the problem and run the command again: it continues where it stopped. ${pc.dim("The sandbox keeps running; `meshwright down` stops it.")}`,
    });
  };
  const update = ["--yes", "--skip-preview"];
  if (course !== "stages") {
    await run("up", [...(course === "directly" ? update : ["--yes"]), ...underPack(pack)]);
    return;
  }
  const plan = await preview(join(state, "plan.json"), (file) =>
    run("preview", ["--save-plan", file, ...underPack(pack)]),
  );
  const stages = stagesOf(plan);
  const first = stages?.first === true ? firstStagePolicies(pulumi, pack) : undefined;
  if (stages === undefined || (stages.first && first === undefined)) {
    await run("up", [...update, ...underPack(pack)]);
    return;
  }
  if (first !== undefined) {
    const excluded = stages.patterns.flatMap((pattern) => ["--exclude", pattern]);
    await run("up", [...update, "--policy-pack", pack, "--policy-pack-config", first, ...excluded]);
  }
  writeUnrecorded(state, stages.objects);
  const events = join(state, "events.json");
  await withProgress(events, new Set(stages.objects.keys()), () =>
    run("up", [...update, "--event-log", events, ...underPack(pack)], {
      env: { ...withoutCheckpoints, ...withEventLog },
      filter: withoutRows(),
    }),
  );
  forgetUnrecorded(state);
}

async function preview(file: string, run: (file: string) => Promise<void>): Promise<SavedPlan> {
  try {
    await run(file);
    return readSavedPlan(file);
  } finally {
    // It has the stack's configuration.
    rmSync(file, { force: true });
  }
}
