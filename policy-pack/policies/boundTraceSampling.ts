import { environment, environmentOf } from "../environment";
import type { Setting } from "../configuration";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { PROXY_CONFIG, proxyConfigOf } from "../reading/proxyConfig";
import { isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease, isTelemetry } from "../reading/resource";
import { isWorkload, podOf } from "../reading/workload";

/** The texts of this policy's violations. */
export const messages = {
  above: (value: number, limit: number): Message => ({
    problem: `is ${value}, above the limit of ${limit}`,
    fix: `Set it to at most ${limit}`,
  }),
  notANumber: (limit: number): Message => ({
    problem: "is not a number",
    fix: `Set it to at most ${limit}`,
  }),
  annotation: (value: number, limit: number): Message => ({
    problem: `sets tracing.sampling to ${value}, above the limit of ${limit}`,
    fix: `Set tracing.sampling to at most ${limit}`,
  }),
};

/**
 * A trace of every request costs about as much as the request, and contains the URLs that users sent.
 * https://istio.io/latest/docs/tasks/observability/distributed-tracing/sampling/
 */
export const boundTraceSampling = resourcePolicy({
  name: "bound-trace-sampling",
  displayName: "Traces are sampled in prod",
  description: "In prod, the share of traced requests is within the organization's limit.",
  severity: "low",
  framework: nist("AU-4", "Audit log storage capacity"),
  tags: ["istio", "observability"],
  remediationSteps:
    "Lower randomSamplingPercentage in Telemetry objects, and tracing.sampling in istiod's values and in the annotation " +
    "proxy.istio.io/config of pods.",
  url: "https://istio.io/latest/docs/reference/config/telemetry/#Tracing",
  settings: {
    environment,
    percent: {
      type: "number",
      minimum: 0,
      maximum: 100,
      default: 10,
      description: "Maximum share of requests that is traced in prod, in percent",
    } satisfies Setting,
  },
  appliesTo: (type) => isTelemetry(type) || isWorkload(type) || isHelmRelease(type),
  judge(resource, { environment, percent }) {
    if (environmentOf(environment) !== "prod") return [];
    const { fields, type } = resource;
    if (isTelemetry(type)) {
      const tracing = fields.at("spec", "tracing").children();
      return tracing.flatMap((entry) => judge(entry.at("randomSamplingPercentage"), percent));
    }
    if (isWorkload(type)) {
      return judgeConfig(podOf(resource).at("metadata", "annotations", PROXY_CONFIG), percent);
    }
    if (!isIstiod(resource)) return [];
    return [
      istiodValue(resource, "meshConfig", "defaultConfig", "tracing", "sampling"),
      istiodValue(resource, "traceSampling"),
    ].flatMap((field) => judge(field, percent));
  },
});

function judge(field: Field, percent: number): Violation[] {
  const value = field.value;
  if (value === UNKNOWN || value === undefined) return [];
  if (typeof value !== "number") return [{ field, ...messages.notANumber(percent) }];
  return value <= percent ? [] : [{ field, ...messages.above(value, percent) }];
}

function judgeConfig(field: Field, percent: number): Violation[] {
  const { sampling } = proxyConfigOf(field);
  if (typeof sampling !== "number" || sampling <= percent) return [];
  return [{ field, ...messages.annotation(sampling, percent) }];
}
