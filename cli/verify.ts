import { AdmissionregistrationV1Api, KubeConfig } from "@kubernetes/client-node";
import { execa } from "execa";
import { z } from "zod";
import type { SandboxStatus } from "../sandbox";
import type { Toolchain } from "../toolchain";
import { UserError } from "../errors/userError";
import { apiClient } from "./apiClient";
import { step } from "./output";

const analysis = z.array(
  z.object({ code: z.string(), level: z.string(), message: z.string(), origin: z.string().optional() }),
);

/** A message of `istioctl analyze`. https://istio.io/latest/docs/reference/config/analysis/ */
export type AnalysisMessage = z.infer<typeof analysis>[number];

/** `image: auto` that no webhook of the revision in question replaces. */
const notInjected = "IST0146";

/**
 * The messages of `istioctl analyze` about a whole cluster, informational ones included. It analyzes one revision at a
 * time, and ignores the webhooks of all others. It reports a gateway of another revision as not injected, so that message
 * counts only if every revision reports it.
 */
export async function analyze(istioctl: string, kubeconfig: string): Promise<AnalysisMessage[]> {
  const byRevision: Map<string, AnalysisMessage>[] = [];
  for (const revision of await revisions(kubeconfig)) {
    const messages = await analyzeRevision(istioctl, kubeconfig, revision);
    byRevision.push(new Map(messages.map((one) => [JSON.stringify(one), one])));
  }
  const all = new Map(byRevision.flatMap((messages) => [...messages]));
  return [...all].flatMap(([key, one]) =>
    one.code !== notInjected || byRevision.every((messages) => messages.has(key)) ? [one] : [],
  );
}

/** Revisions of the cluster's control planes: those that inject. `default` if there is none. */
async function revisions(kubeconfig: string): Promise<Iterable<string>> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { items } = await apiClient(config, AdmissionregistrationV1Api).listMutatingWebhookConfiguration({
    labelSelector: "app=sidecar-injector",
  });
  const found = new Set(items.map(({ metadata }) => metadata?.labels?.["istio.io/rev"] ?? "default"));
  return found.size === 0 ? ["default"] : found;
}

async function analyzeRevision(
  istioctl: string,
  kubeconfig: string,
  revision: string,
): Promise<AnalysisMessage[]> {
  const args = ["analyze", "--all-namespaces", "--revision", revision, "--output", "json"];
  const run = await execa(istioctl, [...args, "--kubeconfig", kubeconfig], { reject: false });
  try {
    return analysis.parse(JSON.parse(run.stdout.trim() === "" ? "[]" : run.stdout));
  } catch {
    throw new UserError({
      problem: `\`istioctl analyze\` failed with exit code ${run.exitCode ?? "none"}.`,
      details: run.stderr,
      fix: "Check that the cluster answers: kubectl version",
    });
  }
}

/**
 * Runs Istio's analyzers on the live mesh.
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
      fix: "Look the codes up at https://istio.io/latest/docs/reference/config/analysis/",
    });
  }
}
