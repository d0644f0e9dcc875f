import { type Command, Option } from "commander";
import pc from "picocolors";
import { parseDuration } from "../../catalog";
import { UserError } from "../../errors/userError";
import type { CombinedProof, Proof, ProofSubject, Tier } from "../../prove";
import { combine, isIstiodReady, prove, proveByXds, proveStatically, tiers } from "../../prove";
import { fetchedEnvoy, unavailable } from "../../toolchain/laboratory";
import { junit } from "../proof/junit";
import { checkOutput, writeOutput } from "../outputFile";
import { makeFolder } from "../../toolchain/makeFolder";
import { print, remark, step } from "../output";
import { describeBuild } from "../programs";
import { type ProvenFields, provenFields } from "../proof/fields";
import { subjectOf } from "../proof/subject";
import { located } from "../proof/places";
import { printReport, reportJson } from "../proof/report";
import { loadSubject, stackOption, type Subject, subjectArgument } from "../subject";

/** `meshwright prove`: what the objects do, by a model and by real requests, compared with what the catalog says. */
export function proveCommand(command: Command): void {
  command
    .argument("[catalog]", subjectArgument)
    .option("--platform <name>", "platform to prove, instead of the argument")
    .option("--stack <name>", stackOption)
    .addOption(
      new Option(
        "--tier <name>",
        "how it is proven: by the model of effects (static), by what a real istiod sends to the proxies (xds), or by real requests (traffic). Default: by all of them, without xds where istiod is not built yet, and without traffic where this machine can't send requests",
      ).choices(tiers),
    )
    .option("--only <text>", "prove only the claims whose path or sentence contains this text")
    .addOption(
      new Option(
        "--longest-wait <duration>",
        "how long a claim about times may take by real requests, such as a timeout or the return of an ejected pod",
      ).default("20s"),
    )
    .option(
      "--fields",
      "also find the fields of the catalog that no claim of the model demands, which takes minutes",
    )
    .option("--json", "print the proofs as JSON")
    .option("--junit <file>", "also write the proofs into this file as JUnit XML, for CI systems")
    .option("--logs <folder>", "write the logs of the laboratory's processes into this folder")
    .action(async (argument: string | undefined, options: ProveOptions) => {
      const { platform, stack, json = false, junit: file } = options;
      if (file !== undefined) checkOutput(file);
      if (options.logs !== undefined) makeFolder(options.logs);
      const longestWait = waitOf(options.longestWait);
      const loaded = await loadSubject(platform ?? argument, stack);
      const subject = subjectOf(loaded);
      const begin = Date.now();
      let laboratoryBytes: number | undefined;
      const onMemory = (bytes: number): void => {
        laboratoryBytes = bytes;
      };
      const proofs = await located(loaded, await proofsOf(subject, { ...options, longestWait, onMemory }));
      if (options.only !== undefined && proofs.length === 0) throw noClaim(options.only, options.tier);
      const seconds = Math.round((Date.now() - begin) / 1000);
      const fields = options.fields === true ? await fieldsOf(loaded, json) : undefined;
      if (file !== undefined) writeOutput(file, junit(loaded.name, proofs, seconds));
      const report = {
        seconds,
        proofs,
        ...(laboratoryBytes !== undefined && { laboratoryBytes }),
        ...(fields && { fields }),
      };
      if (json) print(reportJson(report));
      else printReport(report);
      if (proofs.some(({ verdict }) => verdict === "refuted")) process.exitCode = 1;
    });
}

interface ProveOptions {
  readonly platform?: string;
  readonly stack?: string;
  readonly tier?: Tier;
  readonly only?: string;
  readonly json?: boolean;
  readonly logs?: string;
  readonly junit?: string;
  readonly fields?: boolean;
  readonly longestWait: string;
}

interface Running extends Omit<ProveOptions, "longestWait"> {
  /** In milliseconds. */
  readonly longestWait: number;
  /** Is called with the most memory that a laboratory has used, in bytes. */
  readonly onMemory: (bytes: number) => void;
}

/** A mistyped `--only` would otherwise prove nothing, and succeed. */
function noClaim(only: string, tier: Tier | undefined): UserError {
  return new UserError({
    problem: `No claim${tier === undefined ? "" : ` of the tier ${tier}`} contains "${only}" in its path or sentence.`,
    fix: "Run the command without --only, which lists all claims.",
  });
}

function waitOf(text: string): number {
  const wait = parseDuration(text);
  if (wait !== undefined) return wait;
  throw new UserError({
    problem: `--longest-wait ${text} is not a duration.`,
    fix: "Write a number with a unit, such as 60s.",
    exitCode: 2,
  });
}

function fieldsOf(subject: Subject, json: boolean): Promise<ProvenFields> {
  if (json) return provenFields(subject);
  return step("Fields: change each, and hold the changed claims against the objects", (say) =>
    provenFields(subject, say),
  );
}

async function proofsOf(subject: ProofSubject, options: Running): Promise<CombinedProof[]> {
  const { tier, only } = options;
  const wants = (name: Tier): boolean => tier === undefined || tier === name;
  const byModel = wants("static") ? await proveStatically(subject, only) : undefined;
  const asksIstiod = tier === "xds" || (tier === undefined && (await isIstiodReady()));
  const proofs = {
    ...(byModel && { static: byModel }),
    ...(asksIstiod && { xds: await byIstiod(subject, options) }),
  };
  if (!wants("traffic")) return combine(proofs);
  try {
    return combine({ ...proofs, traffic: await byRequests(subject, options) });
  } catch (error) {
    const cannot = error instanceof UserError && error.exitCode === unavailable;
    if (!cannot || byModel === undefined) throw error;
    const others = asksIstiod
      ? "the model of effects and istiod's configuration decide"
      : "the model of effects alone decides";
    remark(pc.yellow(`No requests were sent, ${others}. ${error.message}`));
    return combine(proofs);
  }
}

async function byIstiod(subject: ProofSubject, { only, json = false }: Running): Promise<Proof[]> {
  const envoy = fetchedEnvoy();
  if (envoy === undefined) {
    remark(
      pc.yellow("No Envoy validated what istiod sends: a proof with `--tier traffic` fetches it, on Linux."),
    );
  }
  const run = (say: (text: string) => void): Promise<Proof[]> =>
    proveByXds(subject, {
      say,
      onBuild: (progress) => {
        say(describeBuild(progress));
      },
      ...(envoy !== undefined && { envoy }),
      ...(only !== undefined && { only }),
    });
  if (json) return run(() => undefined);
  return step("istiod: read what it sends to each proxy", run);
}

function byRequests(
  subject: ProofSubject,
  { only, logs, json = false, longestWait, onMemory }: Running,
): Promise<Proof[]> {
  const run = (say: (text: string) => void): Promise<Proof[]> =>
    prove(subject, {
      say,
      longestWait,
      onMemory,
      ...(only !== undefined && { only }),
      ...(logs !== undefined && { logs }),
    });
  // With --json, stdout has nothing but the result.
  if (json) return run(() => undefined);
  return step("Laboratory: start the control plane, proxies and applications, and send requests", run);
}
