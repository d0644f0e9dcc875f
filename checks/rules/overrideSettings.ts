import { overrideEffects } from "../overrideEffects";
import { pages } from "../pages";
import type { ObjectRule, Text } from "../rule";
import { webAndApi } from "./example";
import { type ChangedPart, changedParts, defaultRetries, type Difference } from "../../effect";
import { decisiveHeaders, replacesHeader } from "../decisiveHeaders";
import { differencesOf, hostsText, newPlaces, requestsText, reroutes, workloadsText } from "../effectText";

const overriding = (maxConnections: number): object => ({
  ...webAndApi({}, { circuitBreaker: { maxConnections: 50 } }),
  overrides: {
    DestinationRule: {
      "shop/api": { spec: { trafficPolicy: { connectionPool: { tcp: { maxConnections } } } } },
    },
  },
});

export const text = (of: string, before: string, after: string, more = 0): Text => ({
  message: `the override replaces the catalog's setting of ${of}: ${before} becomes ${after}${
    more === 0 ? "" : `, and ${more} more ${more === 1 ? "setting" : "settings"}`
  }`,
  fix: "set it in the catalog, where checks read it, or suppress this with the reason",
});

/** What has a field of the catalog. */
const settings = new RegExp(
  `^(${[
    "timeout|per-try timeout|retries on|backoff|share|copies to .+|(rewrite|cors)\\..+",
    "(connectionPool|outlierDetection|retryBudget)\\..+|loadBalancer\\.consistentHash\\..+",
  ].join("|")})$`,
);
const identities = "subjectAltNames|sni|credentialName|caCertificates|clientCertificate|privateKey";
const meant = new RegExp(
  `^(targetPort|(fault|tunnel|proxyProtocol)\\..+|loadBalancer\\.localityLbSetting\\..+|tls\\.(${identities}))$`,
);

export const overrideSettings: ObjectRule = {
  code: "MW365",
  severity: "warning",
  title: "Overrides leave the catalog's settings of requests as they are",
  why: [
    "Checks compare limits with load, and timeouts with the calls behind them, and read both from the catalog.",
    "An override replaces the value in the mesh, so what was checked is not what the proxies do.",
    "The same holds for shares of versions, copies, headers, rewrites, CORS, session affinity, locality and certificates.",
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
      const certificates = differencesOf(effect, "certificate changed");
      const [other] = certificates;
      if (other) {
        yield { path: effect.path, ...text(`TLS to ${hostsText(certificates)}`, other.before, other.after) };
        continue;
      }
      const isWider = differencesOf(effect, "CORS wider").length > 0;
      const isWeaker = differencesOf(effect, "mTLS weaker").length > 0;
      const decisive = decisiveHeaders(mesh);
      const parts = reroutes(effect, mesh)
        .flatMap(replacedParts)
        .filter((part) => isOwn(part, decisive))
        .filter(
          ({ setting }) =>
            !(isWider && setting.startsWith("cors.")) && !(isWeaker && /^tls\b/i.test(setting)),
        );
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

/** What changes of a route. MW366 reports one that leads to other hosts, MW368 a wider CORS policy, and MW910 weaker TLS. */
function replacedParts(difference: Difference): ReplacedPart[] {
  if (difference.routes === undefined) return [];
  const [was, is] = difference.routes;
  if (was.outcome !== "forwarded" || is.outcome !== "forwarded" || newPlaces(was, is).length > 0) return [];
  const of = requestsText(difference);
  // Istio repeats attempts without the catalog, too.
  const parts = changedParts(was, is).filter(
    ({ setting }) => !(was.retries === defaultRetries && /^(retries|retries on)$/.test(setting)),
  );
  return parts.map((part) => ({
    ...part,
    of: part.setting === "share" ? of : (part.place ?? of),
  }));
}

/** A share is of one destination. Of other settings, the requests say whose they are. */
function titleOf({ setting, place }: ChangedPart): string {
  return setting === "share" && place !== undefined ? `share of ${place}` : setting;
}

/**
 * Whether it replaces what the catalog has set, or rendered otherwise: no fault, the certificates and localities of the server,
 * and headers that decide.
 */
function isOwn(part: ChangedPart, decisive: ReadonlySet<string>): boolean {
  const { setting, before, after } = part;
  // The operating system's certificates are Istio's default, too.
  if (setting === "tls.caCertificates" && [before, after].every((one = system) => one === system))
    return false;
  // The catalog renders a route without retries only if none are to be made.
  if (meant.test(setting) || setting === "retries") return true;
  if (setting === "TLS") return encrypted.test(before ?? "") && !(isIdentity(before) && isIdentity(after));
  if (setting.startsWith("headers.")) return replacesHeader(part, decisive);
  // Other algorithms choose among the same endpoints. This one keeps the address that the client has chosen.
  if (setting === "loadBalancer.simple") return before === passthrough || after === passthrough;
  return before !== undefined && settings.test(setting);
}

const system = "system";
const encrypted = /^(SIMPLE|MUTUAL|ISTIO_MUTUAL|auto)$/;

/** Whether a mode of TLS presents the caller's certificate of the mesh, where the server has a proxy. */
function isIdentity(mode: string | undefined): boolean {
  return mode === "ISTIO_MUTUAL" || mode === "auto";
}

const passthrough = "PASSTHROUGH";
