import { isObject } from "../../catalog";
import type { KnownObject } from "../../effect";
import { fieldsOf } from "../../effect/field";
import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";

const tracing = { provider: "jaeger", randomSamplingPercentage: 1 };
const overriding = (randomSamplingPercentage: number): object => ({
  ...webAndApi({}, {}),
  telemetry: { tracing },
  overrides: {
    Telemetry: {
      "shop/default": { spec: { tracing: [{ providers: [{ name: "jaeger" }], randomSamplingPercentage }] } },
    },
  },
});

export const text = (kind: string, field: string, before: string, after: string): Text => ({
  message: `the override replaces the catalog's setting in the ${kind}: ${field} ${before} becomes ${after}`,
  fix: "set it in the catalog, where checks read it, or suppress this with the reason",
});

/** The fields that the catalog has, of kinds whose effect on requests is not compared. */
const declared: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ["data"],
  CronJob: ["schedule", "timeZone"],
  HorizontalPodAutoscaler: ["metrics"],
  StatefulSet: ["serviceName", "volumeClaimTemplates"],
  Telemetry: ["accessLogging", "metrics", "tracing"],
};

export const overrideDeclared: ObjectRule = {
  code: "MW377",
  severity: "warning",
  title: "Overrides leave telemetry, quotas, schedules and storage as the catalog says",
  why: [
    "Alerts and dashboards are rendered for the catalog's telemetry, and a quota's counter reads the rendered ConfigMap.",
    "An override that replaces them, or turns them off, leaves these without their data, and nothing reports it.",
  ],
  see: pages.catalog,
  suppress: "the value is to differ for a time, such as during an incident.",
  stage: "objects",
  examples: { wrong: overriding(0), right: overriding(1) },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const { path, objects, refused, dangling } of overrideEffects(mesh, rendered)) {
      if (!objects || refused.length > 0 || dangling.length > 0) continue;
      const [found] = replacedIn(...objects);
      if (found) yield { path, ...text(objects[1].kind, ...found) };
    }
  },
};

type Replaced = readonly [field: string, before: string, after: string];

function replacedIn(old: KnownObject, now: KnownObject): Replaced[] {
  const [was, is] = [old, now].map((one) => fieldsOf(one.kind === "ConfigMap" ? one.source : one.spec));
  return (declared[old.kind] ?? []).flatMap((field) => replaced(was?.[field], is?.[field], field));
}

/** Fields that turn off what they stand beside. */
const switches = ["disabled", "disableSpanReporting"];

/** What of a value another one does not have. Further fields and entries of lists replace nothing, unless they turn it off. */
function replaced(before: unknown, after: unknown, field: string): Replaced[] {
  if (before === undefined) return [];
  if (Array.isArray(before)) {
    const entries: unknown[] = Array.isArray(after) ? after : [];
    return before.flatMap((entry: unknown, i) => {
      const all = entries.map((one) => replaced(entry, one, `${field}[${i}]`));
      if (all.some((one) => one.length === 0)) return [];
      return all[i] ?? [[`${field}[${i}]`, shown(entry), "not set"] as const];
    });
  }
  if (isObject(before) && isObject(after)) {
    const off = switches.filter((key) => after[key] === true && before[key] !== true);
    return [
      ...off.map((key) => [`${field}.${key}`, "not set", "true"] as const),
      ...Object.entries(before).flatMap(([key, value]) => replaced(value, after[key], `${field}.${key}`)),
    ];
  }
  return before === after ? [] : [[field, shown(before), shown(after)]];
}

function shown(value: unknown): string {
  if (value === undefined) return "not set";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
