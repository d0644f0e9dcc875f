import { environment, environmentOf } from "../environment";
import type { Setting } from "../configuration";
import { nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { PROXY_CONFIG, proxyConfigOf } from "../reading/proxyConfig";
import { isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease, isTelemetry } from "../reading/resource";
import { isWorkload, podOf } from "../reading/workload";

/**
 * A span of every request costs about as much as the request, and holds what users sent in its URL.
 * https://istio.io/latest/docs/tasks/observability/distributed-tracing/sampling/
 */
export const boundTraceSampling = resourcePolicy({
  name: "bound-trace-sampling",
  displayName: "Traces are sampled in prod",
  description: "In prod, no more than the organization's share of requests is traced.",
  severity: "low",
  framework: nist("AU-4", "Audit log storage capacity"),
  tags: ["istio", "observability"],
  remediationSteps:
    "Lower randomSamplingPercentage of Telemetry objects, and the sampling in istiod's values and in pods' proxy.istio.io/config.",
  url: "https://istio.io/latest/docs/reference/config/telemetry/#Tracing",
  settings: {
    environment,
    percent: {
      type: "number",
      minimum: 0,
      maximum: 100,
      default: 10,
      description: "Greatest share of requests that prod traces, in percent",
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
  const cure = `Set it to at most ${percent}`;
  if (typeof value !== "number") return [{ field, problem: "is not a number", cure }];
  return value <= percent ? [] : [{ field, problem: `is ${value}, above the limit of ${percent}`, cure }];
}

function judgeConfig(field: Field, percent: number): Violation[] {
  const { sampling } = proxyConfigOf(field);
  if (typeof sampling !== "number" || sampling <= percent) return [];
  const problem = `sets tracing.sampling to ${sampling}, above the limit of ${percent}`;
  return [{ field, problem, cure: `Set it to at most ${percent}` }];
}
