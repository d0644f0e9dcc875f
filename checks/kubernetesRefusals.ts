import { isObject, parseQuantity } from "../catalog";
import { type KnownObject, podTemplateOf, podTemplatePath } from "../effect";
import { fieldsAt, fieldsOf, listAt, numberAt, textAt, textsByName } from "../effect/field";

/**
 * Returns why the API server refuses an object of Kubernetes' own kinds, one text for each reason. Judged are fields that
 * contradict others which the catalog renders: selectors, strategies, budgets, autoscalers, resources and terminations.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/
 */
export function kubernetesRefusals(object: KnownObject): string[] {
  const { kind, group, spec } = object;
  if (!groups.includes(group)) return [];
  const judge = Object.hasOwn(judges, kind) ? judges[kind as keyof typeof judges] : undefined;
  return [...(judge?.(spec) ?? []), ...podRefusals(object)];
}

const groups = ["", "apps", "autoscaling", "batch", "policy"];

const judges = {
  Deployment: (spec: unknown) => [
    ...selectorRefusals(spec),
    ...countRefusals(spec),
    ...strategyRefusals(spec),
  ],
  StatefulSet: (spec: unknown) => [...selectorRefusals(spec), ...countRefusals(spec)],
  Job: (spec: unknown) => endRefusals(spec, "spec.template"),
  CronJob: (spec: unknown) =>
    endRefusals(fieldsAt(spec, "jobTemplate", "spec"), "spec.jobTemplate.spec.template"),
  HorizontalPodAutoscaler: autoscalerRefusals,
  PodDisruptionBudget: (spec: unknown) =>
    fieldsOf(spec).minAvailable !== undefined && fieldsOf(spec).maxUnavailable !== undefined
      ? ["spec: only one of minAvailable, maxUnavailable can be set"]
      : [],
};

function selectorRefusals(spec: unknown): string[] {
  const labels = textsByName(fieldsAt(spec, "template", "metadata"), "labels");
  const wanted = Object.entries(textsByName(fieldsAt(spec, "selector"), "matchLabels"));
  const missing = wanted.filter(([name, value]) => labels[name] !== value);
  const texts = missing.map(([name, value]) => `${name}=${value}`);
  return missing.length > 0
    ? [`spec.template.metadata.labels: the selector has ${texts.join(", ")}, and the pods do not`]
    : [];
}

/** Pods of a job end by themselves. */
function endRefusals(spec: unknown, at: string): string[] {
  const policy = textAt(fieldsAt(spec, "template", "spec"), "restartPolicy") ?? "Always";
  return policy === "Always" ? [`${at}.spec.restartPolicy: must be OnFailure or Never`] : [];
}

function countRefusals(spec: unknown): string[] {
  return (numberAt(spec, "replicas") ?? 0) < 0 ? ["spec.replicas: must be >= 0"] : [];
}

function strategyRefusals(spec: unknown): string[] {
  const strategy = fieldsAt(spec, "strategy");
  const update = fieldsAt(strategy, "rollingUpdate");
  if (textAt(strategy, "type") === "Recreate") {
    return isObject(strategy.rollingUpdate)
      ? ["spec.strategy: rollingUpdate can't be set with the type Recreate"]
      : [];
  }
  const isNone = (value: unknown): boolean => value === 0 || value === "0%" || value === "0";
  return isNone(update.maxUnavailable) && isNone(update.maxSurge)
    ? ["spec.strategy.rollingUpdate: maxUnavailable and maxSurge can't both be 0"]
    : [];
}

function autoscalerRefusals(spec: unknown): string[] {
  const [fewest, most] = [numberAt(spec, "minReplicas") ?? 1, numberAt(spec, "maxReplicas") ?? 0];
  // Only metrics from outside of the pods exist while there are none.
  const canStart = listAt(spec, "metrics").some((one) =>
    /^(Object|External)$/.test(textAt(one, "type") ?? ""),
  );
  return [
    ...(most < 1 ? ["spec.maxReplicas: must be >= 1"] : []),
    ...(fewest < (canStart ? 0 : 1) ? ["spec.minReplicas: must be >= 1 with these metrics"] : []),
    ...(most >= 1 && fewest > most
      ? [`spec.maxReplicas: must be at least minReplicas, which is ${fewest}`]
      : []),
  ];
}

function podRefusals(object: KnownObject): string[] {
  const template = podTemplateOf(object);
  if (!template) return [];
  const at = [...podTemplatePath(object), "spec"].join(".");
  const spec = fieldsAt(template, "spec");
  return ["initContainers", "containers"].flatMap((key) =>
    listAt(spec, key).flatMap((container, i) => [
      ...resourceRefusals(container, `${at}.${key}[${i}].resources`),
      ...terminationRefusals(container, spec, `${at}.${key}[${i}].lifecycle.preStop.sleep.seconds`),
    ]),
  );
}

function resourceRefusals(container: unknown, at: string): string[] {
  const resources = fieldsAt(container, "resources");
  const [requests, limits] = [fieldsAt(resources, "requests"), fieldsAt(resources, "limits")];
  return Object.keys(requests).flatMap((name) => {
    const [request, limit] = [quantityAt(requests, name), quantityAt(limits, name)];
    if (request === undefined || limit === undefined) return [];
    if (parseQuantity(request) <= parseQuantity(limit)) return [];
    return [`${at}: the request of ${name} is ${request}, and the limit ${limit}`];
  });
}

/** Quantities may be numbers in YAML. */
function quantityAt(value: unknown, name: string): string | undefined {
  return textAt(value, name) ?? numberAt(value, name)?.toString();
}

/** A pod has 30 seconds by default. */
function terminationRefusals(container: unknown, spec: unknown, at: string): string[] {
  const seconds = numberAt(fieldsAt(container, "lifecycle", "preStop", "sleep"), "seconds") ?? 0;
  const grace = numberAt(spec, "terminationGracePeriodSeconds") ?? 30;
  return seconds > grace ? [`${at}: must be at most terminationGracePeriodSeconds, which is ${grace}`] : [];
}
