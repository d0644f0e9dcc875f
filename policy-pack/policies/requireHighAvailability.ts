import { limit } from "../configuration";
import { environment, environmentOf } from "../environment";
import { nist, resourcePolicy, type Violation } from "../policy";
import { isOff } from "../reading/boolean";
import { type Field, UNKNOWN } from "../reading/field";
import { chartValue, isGatewayRelease, isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease, type KubernetesResource } from "../reading/resource";

/**
 * The charts start one replica of everything: when its node is drained, no pod starts, and no request enters.
 * https://istio.io/latest/docs/ops/deployment/deployment-models/#availability
 */
export const requireHighAvailability = resourcePolicy({
  name: "require-high-availability",
  displayName: "Control plane and gateways survive a node",
  description: "In prod and staging, istiod and gateways have several replicas and a PodDisruptionBudget.",
  severity: "high",
  framework: nist("CP-10", "System recovery and reconstitution"),
  tags: ["istio", "availability"],
  remediationSteps:
    "Set autoscaleMin of istiod to at least 2: its chart's autoscaler ignores replicaCount. Set autoscaling.minReplicas of gateways to " +
    "at least 2 and podDisruptionBudget.minAvailable to 1.",
  url: "https://istio.io/latest/docs/setup/additional-setup/customize-installation-helm/",
  settings: { environment, replicas: limit(2, "Least number of replicas of istiod and of each gateway") },
  appliesTo: isHelmRelease,
  judge(release, { environment, replicas }) {
    if (environmentOf(environment) === "dev") return [];
    if (isIstiod(release)) return judgeIstiod(release, replicas);
    return isGatewayRelease(release) ? judgeGateway(release, replicas) : [];
  },
});

function judgeIstiod(release: KubernetesResource, least: number): Violation[] {
  const scaled = !isOff(istiodValue(release, "autoscaleEnabled").value);
  const budget = istiodValue(release, "global", "defaultPodDisruptionBudget", "enabled");
  return [
    ...judgeReplicas(istiodValue(release, scaled ? "autoscaleMin" : "replicaCount"), least),
    ...(isOff(budget.value)
      ? [
          {
            field: budget,
            problem: `is ${JSON.stringify(budget.value)}, so all replicas may be evicted at once`,
            cure: "Leave it out, or set it to true",
          },
        ]
      : []),
  ];
}

function judgeGateway(release: KubernetesResource, least: number): Violation[] {
  const value = (...path: string[]) => chartValue(release, ...path);
  // One per node, so that no budget is needed.
  if (value("kind").value === "DaemonSet") return [];
  const scaled = !isOff(value("autoscaling", "enabled").value);
  const replicas = scaled ? value("autoscaling", "minReplicas") : value("replicaCount");
  return [
    ...judgeReplicas(replicas, least),
    ...judgeBudget((...path) => value("podDisruptionBudget", ...path), replicas.peek),
  ];
}

/** A budget keeps something only if it demands a replica, or lets fewer go than there are. */
function judgeBudget(budget: (...path: string[]) => Field, replicas: unknown): Violation[] {
  const effect = "so all replicas may be evicted at once";
  const [kept, gone] = [budget("minAvailable"), budget("maxUnavailable")];
  if (!kept.isSet && !gone.isSet) {
    return [{ field: budget(), problem: `is not set, ${effect}`, cure: "Set minAvailable to 1" }];
  }
  const all =
    gone.value === "100%" ||
    (gone.value !== UNKNOWN && typeof replicas === "number" && Number(gone.value) >= replicas);
  return [
    ...(/^0+%?$/.test(String(kept.value))
      ? [{ field: kept, problem: `is ${String(kept.value)}, ${effect}`, cure: "Set it to 1" }]
      : []),
    ...(all
      ? [
          {
            field: gone,
            problem: `is ${String(gone.value)}, ${effect}`,
            cure: "Set minAvailable to 1 instead",
          },
        ]
      : []),
  ];
}

function judgeReplicas(field: Field, least: number): Violation[] {
  const value = field.value;
  if (value === UNKNOWN || Number(value) >= least) return [];
  const known = Number.isNaN(Number(value))
    ? "is not a number"
    : `is ${Number(value)}, below the least of ${least}`;
  const problem = value === undefined ? "is not set, which is 1" : known;
  return [{ field, problem, cure: `Set it to at least ${least}` }];
}
