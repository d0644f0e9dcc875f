import type { Problem } from "../problem";
import type { JudgedObject, Snapshot } from "./snapshot";

/** What controllers report in the status of objects, and objects that the Prometheus operator did not handle. */
export function conditionProblems(snapshot: Snapshot): Problem[] {
  return [...snapshot.objects.flatMap(reported), ...withoutPods(snapshot)];
}

/** Conditions whose status is `True` on a healthy object. */
const healthyConditions = new Set([
  "Accepted",
  "Available",
  "PassedAnalysis",
  "Programmed",
  "Ready",
  "Reconciled",
]);

function reported({ kind, metadata: { name, namespace }, status }: JudgedObject): Problem[] {
  const culprit = `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
  const command = `kubectl get ${kind.toLowerCase()} ${name}${namespace === undefined ? "" : ` -n ${namespace}`} -o yaml`;
  const broken = (status?.conditions ?? [])
    .filter((one) => one.status === "False" && healthyConditions.has(one.type))
    .map((one): Problem => ({
      severity: "error",
      culprit,
      problem: `${one.type} is False: ${one.message ?? one.reason ?? "no reason given"}`,
      fix: `Read its status: ${command}`,
    }));
  const messages = (status?.validationMessages ?? [])
    .filter(({ level }) => level === "ERROR" || level === "WARNING")
    .map(({ level, type: { code = "?", name: title = "" } = {} }): Problem => ({
      severity: level === "ERROR" ? "error" : "warning",
      culprit,
      problem: `Istio's analysis reports ${[code, title].join(" ").trim()}.`,
      fix: `istioctl analyze${namespace === undefined ? "" : ` -n ${namespace}`}; https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`,
    }));
  return [...broken, ...messages];
}

/** Objects of which the Prometheus operator has created no pods. No workload exists that could be reported as not ready. */
function withoutPods({ objects, workloads }: Snapshot): Problem[] {
  const sets = new Set(
    workloads.map(({ kind, metadata }) => `${kind} ${metadata?.namespace}/${metadata?.name}`),
  );
  return objects
    .filter(({ kind, metadata: { name, namespace } }) => {
      const set = `StatefulSet ${namespace ?? ""}/${kind.toLowerCase()}-${name}`;
      return (kind === "Prometheus" || kind === "Alertmanager") && !sets.has(set);
    })
    .map(({ kind, metadata: { name, namespace = "" } }) => ({
      severity: "error",
      culprit: `${kind} ${namespace}/${name}`,
      problem:
        "It has no pods: the Prometheus operator has created none, so it does not run or lacks permissions.",
      fix: `Read the operator's log: kubectl logs -n ${namespace} -l app.kubernetes.io/component=prometheus-operator --tail=100`,
    }));
}
