import { numberMessages } from "../bounds";
import { limit } from "../configuration";
import { environment, environmentOf } from "../environment";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { isOff } from "../reading/boolean";
import { type Field, UNKNOWN } from "../reading/field";
import { chartValue, isGatewayRelease, isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease, type KubernetesResource } from "../reading/resource";
import { asText } from "../reading/value";

/** The texts of this policy's violations. */
export const messages = {
  istiodBudget: (value: unknown): Message => ({
    problem: `is ${JSON.stringify(value)}, ${EFFECT}`,
    fix: "Remove it, or set it to true",
  }),
  noBudget: (): Message => ({ problem: `is not set, ${EFFECT}`, fix: "Set minAvailable to 1" }),
  minAvailable: (value: string): Message => ({ problem: `is ${value}, ${EFFECT}`, fix: "Set it to 1" }),
  maxUnavailable: (value: string): Message => ({
    problem: `is ${value}, ${EFFECT}`,
    fix: "Set minAvailable to 1 instead",
  }),
  noReplicas: (least: number): Message => ({
    problem: "is not set and defaults to 1",
    fix: `Set it to at least ${least}`,
  }),
  notANumber: (least: number): Message => ({
    problem: "is not a number",
    fix: `Set it to at least ${least}`,
  }),
};

const EFFECT = "so all replicas may be evicted at once";

/**
 * The charts install one replica by default. When its node is drained, no pod gets a sidecar and gateways accept no
 * requests.
 * https://istio.io/latest/docs/ops/deployment/deployment-models/#availability
 */
export const requireHighAvailability = resourcePolicy({
  name: "require-high-availability",
  displayName: "Control plane and gateways are highly available",
  description:
    "In prod and staging, istiod and gateways have at least two replicas and a PodDisruptionBudget.",
  severity: "high",
  framework: nist("CP-10", "System recovery and reconstitution"),
  tags: ["istio", "availability"],
  remediationSteps:
    "Set autoscaleMin of istiod to at least 2, because its chart's autoscaler ignores replicaCount. Set " +
    "autoscaling.minReplicas of gateways to at least 2, and podDisruptionBudget.minAvailable to 1.",
  url: "https://istio.io/latest/docs/setup/additional-setup/customize-installation-helm/",
  settings: { environment, replicas: limit(2, "Minimum number of replicas of istiod and of each gateway") },
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
    ...(isOff(budget.value) ? [{ field: budget, ...messages.istiodBudget(budget.value) }] : []),
  ];
}

function judgeGateway(release: KubernetesResource, least: number): Violation[] {
  const value = (...path: string[]) => chartValue(release, ...path);
  // A DaemonSet has one pod per node and requires no budget.
  if (value("kind").value === "DaemonSet") return [];
  const scaled = !isOff(value("autoscaling", "enabled").value);
  const replicas = scaled ? value("autoscaling", "minReplicas") : value("replicaCount");
  return [
    ...judgeReplicas(replicas, least),
    ...judgeBudget((...path) => value("podDisruptionBudget", ...path), replicas.peek),
  ];
}

/** Judges a budget. It has an effect only if it keeps at least one replica available. */
function judgeBudget(budget: (...path: string[]) => Field, replicas: unknown): Violation[] {
  const [available, unavailable] = [budget("minAvailable"), budget("maxUnavailable")];
  if (!available.isSet && !unavailable.isSet) return [{ field: budget(), ...messages.noBudget() }];
  const [least, most] = [available.value, unavailable.value];
  const all =
    most === "100%" || (most !== UNKNOWN && typeof replicas === "number" && Number(asText(most)) >= replicas);
  return [
    ...(/^0+%?$/.test(asText(least)) ? [{ field: available, ...messages.minAvailable(asText(least)) }] : []),
    ...(all ? [{ field: unavailable, ...messages.maxUnavailable(asText(most)) }] : []),
  ];
}

function judgeReplicas(field: Field, least: number): Violation[] {
  const value = field.value;
  if (value === UNKNOWN || Number(asText(value)) >= least) return [];
  if (value === undefined) return [{ field, ...messages.noReplicas(least) }];
  if (Number.isNaN(Number(asText(value)))) return [{ field, ...messages.notANumber(least) }];
  return [{ field, ...numberMessages.below(Number(asText(value)), least) }];
}
