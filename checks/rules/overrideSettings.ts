import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { type ChangedPart, changedParts, defaultRetries, type Difference } from "../../effect";
import { decisiveHeaders, replacesHeader } from "../decisiveHeaders";
import { differencesOf, newPlaces, requestsText, reroutes, workloadsText } from "../effectText";

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
const settings = new RegExp(
  `^(${[
    "timeout|time of an attempt|retries|share|copies to .+|(rewrite|cors)\\..+",
    "(connectionPool|outlierDetection|retryBudget)\\..+|loadBalancer\\.consistentHash\\..+",
  ].join("|")})$`,
);
const meant = /^(fault\..+|loadBalancer\.localityLbSetting\..+|tls\.(subjectAltNames|sni))$/;

export const overrideSettings: ObjectRule = {
  code: "MW365",
  severity: "warning",
  title: "Overrides leave the catalog's settings of requests as they are",
  why: [
    "Checks compare limits with load, and timeouts with the calls behind them, and read both from the catalog.",
    "An override replaces the value in the mesh, so what was checked is not what the proxies do.",
    "The same holds for shares of versions, copies, headers, rewrites, CORS, session affinity and locality.",
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
      const limits = differencesOf(effect, "limits changed").filter(({ sameRates }) => sameRates !== true);
      const rates = isRead ? limits : [];
      const [first] = rates;
      if (first) {
        yield {
          path: effect.path,
          ...text(`requests to ${workloadsText(rates)}`, first.before, first.after),
        };
        continue;
      }
      const isWider = differencesOf(effect, "CORS wider").length > 0;
      const decisive = decisiveHeaders(mesh);
      const parts = reroutes(effect, mesh)
        .flatMap(replacedParts)
        .filter((part) => isOwn(part, decisive) && !(isWider && part.setting.startsWith("cors.")));
      // A setting that changes alike at several places is one.
      const changes = Map.groupBy(parts, (part) => JSON.stringify([titleOf(part), part.before, part.after]));
      const [[part] = []] = changes.values();
      if (part) {
        const absent = part.setting === "share" ? "0 %" : "not set";
        yield {
          path: effect.path,
          ...text(
            `requests to ${part.of}`,
            `${titleOf(part)} ${part.before ?? absent}`,
            part.after ?? absent,
            changes.size - 1,
          ),
        };
      }
    }
  },
};

interface ReplacedPart extends ChangedPart {
  /** The requests that it is about. */
  readonly of: string;
}

/** What changes of a route. MW366 reports one that leads to other hosts, and MW368 a wider CORS policy. */
function replacedParts(difference: Difference): ReplacedPart[] {
  if (difference.routes === undefined) return [];
  const [was, is] = difference.routes;
  if (was.outcome !== "forwarded" || is.outcome !== "forwarded" || newPlaces(was, is).length > 0) return [];
  const of = requestsText(difference);
  return changedParts(was, is).map((part) => ({
    ...part,
    of: part.setting === "share" ? of : (part.place ?? of),
  }));
}

/** A share is of one destination. Of other settings, the requests say whose they are. */
function titleOf({ setting, place }: ChangedPart): string {
  return setting === "share" && place !== undefined ? `share of ${place}` : setting;
}

/**
 * Whether it replaces what the catalog has set, or rendered otherwise: no fault, the identity and localities of the server,
 * and headers that decide. Istio repeats attempts without the catalog, too.
 */
function isOwn(part: ChangedPart, decisive: ReadonlySet<string>): boolean {
  const { setting, before, after } = part;
  if (meant.test(setting)) return true;
  if (setting.startsWith("headers.")) return replacesHeader(part, decisive);
  // Other algorithms choose among the same endpoints. This one keeps the address that the client has chosen.
  if (setting === "loadBalancer.simple") return before === passthrough || after === passthrough;
  return (
    before !== undefined &&
    settings.test(setting) &&
    !(setting === "retries" && before === String(defaultRetries.attempts))
  );
}

const passthrough = "PASSTHROUGH";
