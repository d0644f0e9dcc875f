import { type Command, Option } from "commander";
import pc from "picocolors";
import type { Proof, ProofSubject, Verdict } from "../../prove";
import { prove } from "../../prove";
import { subjectOf } from "../proofSubject";
import { print, remark, step, table } from "../output";
import { loadSubject, stackOption, subjectArgument } from "../subject";

/** `meshwright prove`: real requests through real proxies, compared with what the catalog says. */
export function proveCommand(command: Command): void {
  command
    .argument("[catalog]", subjectArgument)
    .option("--platform <name>", "platform to prove, instead of the argument")
    .option("--stack <name>", stackOption)
    .addOption(
      new Option("--tier <name>", "how the proof is made: by real requests")
        .choices(["traffic"])
        .default("traffic"),
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
  readonly only?: string;
  readonly json?: boolean;
  readonly logs?: string;
}

function proofsOf(subject: ProofSubject, { only, logs, json = false }: ProveOptions): Promise<Proof[]> {
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

function report(proofs: readonly Proof[], seconds: number): void {
  const rows = proofs.map(({ verdict, claim, path, requests }) => [
    colors[verdict](verdict),
    claim,
    path,
    String(requests),
  ]);
  print(table(["VERDICT", "CLAIM", "CATALOG", "REQUESTS"], rows));
  for (const { verdict, path, claim, counterexample, reason } of proofs) {
    if (counterexample !== undefined) {
      remark("");
      remark(`${pc.red("refuted:")} ${claim}`);
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
