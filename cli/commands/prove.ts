import { type Command, Option } from "commander";
import pc from "picocolors";
import { UserError } from "../../errors/userError";
import type { CombinedProof, Proof, ProofSubject, Tier, Verdict } from "../../prove";
import { combine, isIstiodReady, prove, proveByXds, proveStatically, tiers } from "../../prove";
import { unavailable } from "../../toolchain/laboratory";
import { print, remark, step, table } from "../output";
import { describeBuild } from "../programs";
import { subjectOf } from "../proofSubject";
import { loadSubject, stackOption, subjectArgument } from "../subject";

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
    .option("--json", "print the proofs as JSON")
    .option("--logs <folder>", "write the logs of the laboratory's processes into this folder")
    .action(async (argument: string | undefined, options: ProveOptions) => {
      const { platform, stack } = options;
      const subject = subjectOf(await loadSubject(platform ?? argument, stack));
      const begin = Date.now();
      const proofs = await proofsOf(subject, options);
      const seconds = Math.round((Date.now() - begin) / 1000);
      if (options.json === true) print(JSON.stringify({ seconds, ...counts(proofs), proofs }, null, 2));
      else report(proofs, seconds);
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
}

async function proofsOf(subject: ProofSubject, options: ProveOptions): Promise<CombinedProof[]> {
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

function byIstiod(subject: ProofSubject, { only, json = false }: ProveOptions): Promise<Proof[]> {
  const run = (say: (text: string) => void): Promise<Proof[]> =>
    proveByXds(subject, {
      say,
      onBuild: (progress) => {
        say(describeBuild(progress));
      },
      ...(only !== undefined && { only }),
    });
  if (json) return run(() => undefined);
  return step("istiod: read what it sends to each proxy", run);
}

function byRequests(subject: ProofSubject, { only, logs, json = false }: ProveOptions): Promise<Proof[]> {
  const run = (say: (text: string) => void): Promise<Proof[]> =>
    prove(subject, { say, ...(only !== undefined && { only }), ...(logs !== undefined && { logs }) });
  // With --json, stdout has nothing but the result.
  if (json) return run(() => undefined);
  return step("Laboratory: start the control plane, proxies and applications, and send requests", run);
}

const colors: Record<Verdict, (text: string) => string> = {
  proven: pc.green,
  refuted: pc.red,
  "not provable here": pc.yellow,
};

function counts(proofs: readonly Proof[]) {
  const of = (verdict: Verdict): number => proofs.filter((proof) => proof.verdict === verdict).length;
  return {
    claims: proofs.length,
    proven: of("proven"),
    refuted: of("refuted"),
    notProvableHere: of("not provable here"),
    requests: proofs.reduce((sum, { requests }) => sum + requests, 0),
  };
}

/** The tiers whose verdict a claim has. */
function tiersWith(tiers: CombinedProof["tiers"], verdict: Verdict): string {
  const names = Object.entries(tiers).filter(([, own]) => own === verdict);
  return names.map(([name]) => name).join(", ");
}

function report(proofs: readonly CombinedProof[], seconds: number): void {
  const rows = proofs.map(({ verdict, claim, path, requests, tiers }) => [
    colors[verdict](verdict),
    claim,
    path,
    tiersWith(tiers, verdict),
    String(requests),
  ]);
  print(table(["VERDICT", "CLAIM", "CATALOG", "BY", "REQUESTS"], rows));
  for (const { verdict, path, claim, counterexample, reason, tiers } of proofs) {
    if (counterexample !== undefined) {
      remark("");
      remark(`${pc.red("refuted:")} ${claim}`);
      remark(`  by:       ${tiersWith(tiers, verdict)}`);
      remark(`  catalog:  ${path}`);
      remark(`  request:  ${counterexample.request}`);
      remark(`  expected: ${counterexample.expected}`);
      remark(`  seen:     ${counterexample.seen}`);
    } else if (verdict === "not provable here") {
      remark(`not provable here: ${claim}: ${reason ?? ""}`);
    }
  }
  const { claims, proven, refuted, notProvableHere, requests } = counts(proofs);
  const share = claims === 0 ? 0 : Math.floor((100 * proven) / claims);
  print();
  print(
    `${proven} of ${claims} claims proven (${share} %), ${refuted} refuted, ${notProvableHere} not provable here; ${requests} requests, ${seconds} s`,
  );
}
