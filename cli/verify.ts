import { execa } from "execa";
import { z } from "zod";
import type { SandboxStatus } from "../sandbox";
import type { Toolchain } from "../toolchain";
import { UserError } from "../toolchain/userError";
import { step } from "./output";

const analysis = z.array(
  z.object({ code: z.string(), level: z.string(), message: z.string(), origin: z.string().optional() }),
);

/** A message of `istioctl analyze`. https://istio.io/latest/docs/reference/config/analysis/ */
export type AnalysisMessage = z.infer<typeof analysis>[number];

/** What `istioctl analyze` says of a whole cluster, the informational messages included. */
export async function analyze(istioctl: string, kubeconfig: string): Promise<AnalysisMessage[]> {
  const run = await execa(
    istioctl,
    ["analyze", "--all-namespaces", "--output", "json", "--kubeconfig", kubeconfig],
    { reject: false },
  );
  try {
    return analysis.parse(JSON.parse(run.stdout.trim() === "" ? "[]" : run.stdout));
  } catch {
    throw new UserError({
      problem: `\`istioctl analyze\` failed with exit code ${run.exitCode ?? "none"}.`,
      details: run.stderr,
      cure: "Check that the cluster answers: kubectl version",
    });
  }
}

/**
 * Holds the live mesh against Istio's own analyzers.
 *
 * @throws {UserError} with every error and warning.
 */
export async function verifyMesh(toolchain: Toolchain, sandbox: SandboxStatus): Promise<void> {
  const messages = await step("Verify: istioctl analyze on the live cluster", () =>
    analyze(toolchain.program("istioctl"), sandbox.kubeconfig),
  );
  const serious = messages.filter(({ level }) => level !== "Info");
  if (serious.length > 0) {
    throw new UserError({
      problem: `\`istioctl analyze\` finds ${serious.length} ${serious.length === 1 ? "problem" : "problems"} in the live mesh.`,
      details: serious
        .map(({ level, code, origin = "mesh", message }) => `${level} [${code}] (${origin}) ${message}`)
        .join("\n"),
      cure: "Look the codes up at https://istio.io/latest/docs/reference/config/analysis/",
    });
  }
}
