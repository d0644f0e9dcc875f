import { UserError } from "../errors/userError";
import type { Subject } from "./subject";
import { type Experiment, notProvable, type Stage } from "./experiment";
import { declaredRouteExperiments } from "./experiments/declaredRoutes";
import { globalRateLimitExperiments } from "./experiments/globalRateLimits";
import { networkPolicyExperiments } from "./experiments/networkPolicies";
import { portExperiments } from "./experiments/ports";
import { rateLimitExperiments } from "./experiments/rateLimits";
import { resilienceExperiments } from "./experiments/resilience";
import { rolloutExperiments } from "./experiments/rollouts";
import { routeExperiments } from "./experiments/routes";
import { settingExperiments } from "./experiments/settings";
import { telemetryExperiments } from "./experiments/telemetry";
import { versionExperiments } from "./experiments/versions";
import { undeclaredHost } from "./laboratory";
import type { Proof, Question } from "./question";
import { accessQuestions } from "./questions/access";
import { callQuestions } from "./questions/calls";
import { egressQuestions } from "./questions/egress";
import { gatewayQuestions } from "./questions/gateways";
import { mutualTlsQuestions } from "./questions/mutualTls";
import type { TokenIssuer } from "./tokens";

/** Every question that the catalog gives rise to. */
export function questionsOf({ mesh }: Subject, issuer: TokenIssuer, only = ""): Question[] {
  return [
    ...mutualTlsQuestions(mesh),
    ...accessQuestions(mesh, issuer),
    ...callQuestions(mesh),
    ...gatewayQuestions(mesh, issuer),
    ...egressQuestions(mesh, undeclaredHost),
  ].filter(isAbout(only));
}

/** Every experiment that the catalog gives rise to. Those that wait for timeouts are last. */
export function experimentsOf({ mesh }: Subject, issuer: TokenIssuer, only = ""): Experiment[] {
  return [
    ...portExperiments(mesh),
    ...settingExperiments(mesh, issuer),
    ...versionExperiments(mesh, issuer),
    ...routeExperiments(mesh, issuer),
    ...telemetryExperiments(mesh, issuer),
    ...networkPolicyExperiments(mesh),
    ...rateLimitExperiments(mesh, issuer),
    ...globalRateLimitExperiments(mesh, issuer),
    ...resilienceExperiments(mesh, issuer),
    ...declaredRouteExperiments(mesh, issuer),
    ...rolloutExperiments(mesh, issuer),
  ].filter(isAbout(only));
}

/** Whether a claim contains a text. */
export function isAbout(only = ""): (one: { readonly path: string; readonly claim: string }) => boolean {
  return ({ path, claim }) => path.includes(only) || claim.includes(only);
}

/** Runs experiments one after the other, then those that mostly wait all at once, and at last those that use up limits. */
export async function runAll(
  experiments: readonly Experiment[],
  stage: Stage,
  say: (text: string) => void,
): Promise<Proof[]> {
  const proofs = new Map<Experiment, Proof>();
  const runOne = async (experiment: Experiment): Promise<void> => {
    const { path, claim, run } = experiment;
    say(claim);
    const begin = Date.now();
    const outcome = await run(stage).catch((error: unknown) => {
      // The laboratory has ended.
      if (error instanceof UserError) throw error;
      return notProvable(error instanceof Error ? error.message : String(error));
    });
    proofs.set(experiment, { path, claim, ...outcome, milliseconds: Date.now() - begin });
  };
  const [last = [], others = []] = [true, false].map((exhausting) =>
    experiments.filter(({ exhausts = false }) => exhausts === exhausting),
  );
  for (const experiment of others) if (experiment.waits !== true) await runOne(experiment);
  await Promise.all(others.filter(({ waits }) => waits).map(runOne));
  for (const experiment of last) await runOne(experiment);
  return experiments.flatMap((experiment) => proofs.get(experiment) ?? []);
}
