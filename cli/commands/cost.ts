import type { Command } from "commander";
import { UserError } from "../../errors/userError";
import { costOf, type MeshCost, type ProofSubject } from "../../prove";
import { exceededBy } from "../cost/budgets";
import { changesOf } from "../cost/change";
import { report } from "../cost/report";
import { sizeOf } from "../cost/size";
import { atRef } from "../gitRef";
import { print, step } from "../output";
import { describeBuild } from "../programs";
import { subjectOf } from "../proof/subject";
import { loadSubject, stackOption, subjectArgument } from "../subject";

/** `meshwright cost`: what istiod sends to each proxy, and what a change adds. */
export function costCommand(command: Command): void {
  command
    .argument("[catalog]", subjectArgument)
    .option("--stack <name>", stackOption)
    .option(
      "--base <catalog>",
      "compare with this platform or catalog, which can be one at a git revision: <revision>:<path>",
    )
    .option(
      "--budget <size>",
      "exit code 1 if a proxy gets more configuration than this, such as 500kB or 2MB",
      sizeOf,
    )
    .option(
      "--budget-added <size>",
      "with --base: exit code 1 if the change adds more memory to all proxies together than this, such as 100MB",
      sizeOf,
    )
    .option("--json", "print the cost as JSON, with all sizes in bytes")
    .action(async (argument: string | undefined, options: CostOptions) => {
      const { stack, base, budget, budgetAdded, json = false } = options;
      if (budgetAdded !== undefined && base === undefined) {
        throw new UserError({
          problem: "--budget-added limits what a change adds, and there is no --base to compare with.",
          fix: "Name the catalog before the change with --base.",
          exitCode: 2,
        });
      }
      const load = async (name: string | undefined): Promise<ProofSubject> =>
        (await atRef(name, async (path) => subjectOf(await loadSubject(path, stack)))) ??
        subjectOf(await loadSubject(name, stack));
      const subject = await load(argument);
      const before = base === undefined ? undefined : await load(base);
      const cost = await measured("istiod: measure what it sends to each proxy", subject, json);
      const old = before && (await measured("istiod: measure the base", before, json));
      const changes = old && changesOf(old, cost);
      const exceeded = exceededBy(cost, changes, { budget, budgetAdded });
      print(
        json
          ? JSON.stringify({ ...cost, ...(changes && { changes }), exceeded }, null, 2)
          : report(cost, changes, exceeded),
      );
      if (exceeded.length > 0) process.exitCode = 1;
    });
}

interface CostOptions {
  readonly stack?: string;
  readonly base?: string;
  readonly budget?: number;
  readonly budgetAdded?: number;
  readonly json?: boolean;
}

function measured(title: string, subject: ProofSubject, silent: boolean): Promise<MeshCost> {
  const run = (say: (text: string) => void): Promise<MeshCost> =>
    costOf(subject, {
      say,
      onBuild: (progress) => {
        say(describeBuild(progress));
      },
    });
  // With --json, stdout has nothing but the result.
  return silent ? run(() => undefined) : step(title, run);
}
