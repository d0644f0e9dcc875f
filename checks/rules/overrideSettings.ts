import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { type ChangedPart, changedParts, defaultRetries, otherSettings, type Route } from "../../effect";
import { differencesOf, reroutes, targetText, workloadsText } from "../effectText";

const overriding = (maxConnections: number): object => ({
  ...webAndApi({}, { circuitBreaker: { maxConnections: 50 } }),
  overrides: {
    DestinationRule: {
      "shop/api": { spec: { trafficPolicy: { connectionPool: { tcp: { maxConnections } } } } },
    },
  },
});

export const text = (of: string, before: string, after: string, more = 0): Text => ({
  message: `the override replaces what the catalog says of ${of}: ${before} becomes ${after}${
    more === 0 ? "" : `, and ${more} more ${more === 1 ? "setting" : "settings"}`
  }`,
  fix: "set it in the catalog, where checks read it, or suppress this with the reason",
});

/** What has a field of the catalog. */
const settings = /^(timeout|time of an attempt|retries|connectionPool\..+|outlierDetection\..+)$/;
const meant = /^(fault\..+|tls\.(subjectAltNames|sni))$/;

export const overrideSettings: ObjectRule = {
  code: "MW365",
  severity: "warning",
  title: "Overrides leave the catalog's limits, timeouts and retries as they are",
  why: [
    "Checks compare limits with load, and timeouts with the calls behind them, and read both from the catalog.",
    "An override replaces the value in the mesh, so what was checked is not what the proxies do.",
  ],
  see: pages.destinationRule,
  suppress: "the value is to differ for a time, such as during an incident.",
  stage: "objects",
  examples: { wrong: overriding(100000), right: overriding(50) },
  *check(mesh, rendered, hasFailed) {
    // An invalid value may be what the object is rendered from.
    if (hasFailed("")) return;
    for (const effect of overrideEffects(mesh, rendered)) {
      // MW916 reports a filter that does more than limit rates.
      const isRead = differencesOf(effect, "unread").length === 0;
      const limits = differencesOf(effect, "limits changed").filter(({ after }) => after !== otherSettings);
      const rates = isRead ? limits : [];
      const [first] = rates;
      if (first) {
        yield {
          path: effect.path,
          ...text(`requests to ${workloadsText(rates)}`, first.before, first.after),
        };
        continue;
      }
      const parts = reroutes(effect).flatMap((difference) =>
        (difference.routes ? replacedParts(...difference.routes) : []).map((part) => ({
          ...part,
          place: part.place ?? targetText(difference),
        })),
      );
      // A setting that changes alike at several places is one.
      const changes = Map.groupBy(parts, (part) => JSON.stringify([part.setting, part.before, part.after]));
      const [[part] = []] = changes.values();
      if (part) {
        yield {
          path: effect.path,
          ...text(
            `requests to ${part.place}`,
            `${part.setting} ${part.before ?? "not set"}`,
            part.after ?? "not set",
            changes.size - 1,
          ),
        };
      }
    }
  },
};

/** What changes of a route that leads to the same hosts as before. */
function replacedParts(was: Route, is: Route): ChangedPart[] {
  const [had, has] = [was, is].map(({ destinations }) =>
    [...new Set(destinations.filter(({ weight }) => weight > 0).map(({ host }) => host))].sort().join(),
  );
  const isForwarded = was.outcome === "forwarded" && is.outcome === "forwarded";
  return isForwarded && had === has ? changedParts(was, is).filter(isOwn) : [];
}

/**
 * Whether it replaces what the catalog has set, or rendered otherwise: no fault, and the identity of the server. Istio repeats
 * attempts without the catalog, too.
 */
function isOwn({ setting, before }: ChangedPart): boolean {
  if (meant.test(setting)) return true;
  return (
    before !== undefined &&
    settings.test(setting) &&
    !(setting === "retries" && before === String(defaultRetries.attempts))
  );
}
