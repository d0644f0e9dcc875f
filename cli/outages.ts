import type { SandboxStatus } from "../sandbox";

/** One sentence for each process of a sandbox that ended between two looks, or does not run at the second one. */
export function outages(before: SandboxStatus, after: SandboxStatus): string[] {
  if (!after.running) return ["The sandbox's supervisor has ended."];
  return after.processes.flatMap(({ name, status, restarts, log }) => {
    const earlier = before.processes.find((one) => one.name === name);
    const ended = restarts - (earlier?.restarts ?? 0);
    const times = ended === 1 ? "once" : `${ended} times`;
    if (ended <= 0 && status === "running") return [];
    const what = [
      ...(ended > 0 ? [`ended ${times} during the run`] : []),
      ...(status === "running" ? ["and runs again"] : [`${ended > 0 ? "and " : ""}is ${status}`]),
    ].join(" ");
    return [`The sandbox's ${name} ${what}; its log is ${log}.`];
  });
}
