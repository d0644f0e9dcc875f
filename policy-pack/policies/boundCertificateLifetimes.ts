import { boundDuration } from "../bounds";
import { duration } from "../configuration";
import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { milliseconds } from "../reading/duration";
import { type Field, UNKNOWN } from "../reading/field";
import { chartValue, isGatewayRelease, isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease, type KubernetesResource } from "../reading/resource";
import { asText } from "../reading/value";

/** The longest lifetime that istiod signs by default. */
const DEFAULT_MAX = "2160h";

/** The texts of this policy's violations. Those about limits are {@link durationMessages}. */
export const messages = {
  notSigned: (ttl: string, limit: string): Message => ({
    problem: `is ${ttl}, above env.MAX_WORKLOAD_CERT_TTL of ${limit}, so istiod rejects every certificate request`,
    fix: "Lower it, or raise env.MAX_WORKLOAD_CERT_TTL",
  }),
  /** `limit` of {@link messages.notSigned} if the values do not set one. */
  defaultLimit: () => `${DEFAULT_MAX}, the default`,
  noEffect: (): Message => ({
    problem: "has no effect on sidecars, because they request their own lifetime",
    fix: "Set meshConfig.defaultConfig.proxyMetadata.SECRET_TTL instead",
  }),
  ratio: (): Message => ({
    problem: "is not between 0 and 1, so proxies renew certificates all the time or never",
    fix: 'Set it to a share of the lifetime, such as "0.5"',
  }),
};

/**
 * Proxies request certificates with the lifetime SECRET_TTL. istiod rejects requests above MAX_WORKLOAD_CERT_TTL, and
 * then no proxy starts.
 * https://istio.io/latest/docs/reference/commands/pilot-agent/#envvars
 */
export const boundCertificateLifetimes = resourcePolicy({
  name: "bound-certificate-lifetimes",
  displayName: "Certificates are short-lived, and istiod issues them",
  description:
    "Proxies request certificate lifetimes that istiod signs and that are within the organization's limits.",
  severity: "high",
  framework: nist("SC-12", "Cryptographic key establishment and management"),
  tags: ["istio", "security", "certificates"],
  remediationSteps:
    "Set meshConfig.defaultConfig.proxyMetadata.SECRET_TTL in istiod's values to at most its env.MAX_WORKLOAD_CERT_TTL. A " +
    "gateway can set its own env.SECRET_TTL.",
  url: "https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars",
  settings: {
    longest: duration("2160h", "Longest lifetime that proxies may request and istiod may sign"),
    shortest: duration("10m", "Shortest lifetime that proxies may request"),
  },
  appliesTo: isHelmRelease,
  judge(release, limits) {
    if (isIstiod(release)) return judgeIstiod(release, limits);
    if (!isGatewayRelease(release)) return [];
    const field = chartValue(release, "env", "SECRET_TTL");
    return boundDuration(field, limits.shortest, limits.longest);
  },
});

function judgeIstiod(
  release: KubernetesResource,
  { shortest, longest }: { shortest: string; longest: string },
): Violation[] {
  const metadata = (name: string) =>
    istiodValue(release, "meshConfig", "defaultConfig", "proxyMetadata", name);
  const requested = metadata("SECRET_TTL");
  const signed = istiodValue(release, "env", "MAX_WORKLOAD_CERT_TTL");
  const ineffective = istiodValue(release, "env", "DEFAULT_WORKLOAD_CERT_TTL");
  return [
    ...boundDuration(requested, shortest, longest),
    ...boundDuration(signed, shortest, longest),
    ...judgeOrder(requested, signed),
    ...judgeRatio(metadata("SECRET_GRACE_PERIOD_RATIO")),
    ...(ineffective.isSet && !requested.isSet ? [{ field: ineffective, ...messages.noEffect() }] : []),
  ];
}

function judgeOrder(requested: Field, signed: Field): Violation[] {
  const [ttl, max] = [milliseconds(requested.value), milliseconds(signed.value ?? DEFAULT_MAX)];
  if (ttl === undefined || max === undefined || ttl <= max) return [];
  const limit = signed.isSet ? asText(signed.value) : messages.defaultLimit();
  return [{ field: requested, ...messages.notSigned(asText(requested.value), limit) }];
}

/** Judges the share of the lifetime that is left when a proxy renews its certificate. */
function judgeRatio(field: Field): Violation[] {
  const value = field.value;
  if (value === undefined || value === UNKNOWN) return [];
  const ratio = Number(asText(value));
  return ratio > 0 && ratio < 1 ? [] : [{ field, ...messages.ratio() }];
}
