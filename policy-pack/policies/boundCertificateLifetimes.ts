import { boundDuration } from "../bounds";
import { duration } from "../configuration";
import { nist, resourcePolicy, type Violation } from "../policy";
import { milliseconds } from "../reading/duration";
import { type Field, UNKNOWN } from "../reading/field";
import { chartValue, isGatewayRelease, isIstiod, istiodValue } from "../reading/release";
import { isHelmRelease, type KubernetesResource } from "../reading/resource";

/** What istiod signs at most unless it is told otherwise. */
const DEFAULT_MAX = "2160h";

/**
 * Proxies ask for SECRET_TTL, and istiod refuses whatever exceeds MAX_WORKLOAD_CERT_TTL: then no proxy starts.
 * https://istio.io/latest/docs/reference/commands/pilot-agent/#envvars
 */
export const boundCertificateLifetimes = resourcePolicy({
  name: "bound-certificate-lifetimes",
  displayName: "Certificates are short-lived, and can be issued",
  description: "Proxies ask for certificates that istiod signs, within the organization's limits.",
  severity: "high",
  framework: nist("SC-12", "Cryptographic key establishment and management"),
  tags: ["istio", "security", "certificates"],
  remediationSteps:
    "Set meshConfig.defaultConfig.proxyMetadata.SECRET_TTL of istiod, at most its env.MAX_WORKLOAD_CERT_TTL; gateways may have " +
    "an env.SECRET_TTL of their own.",
  url: "https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars",
  settings: {
    longest: duration("2160h", "Longest lifetime that proxies may ask for and istiod may sign"),
    shortest: duration("10m", "Shortest lifetime that proxies may ask for"),
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
  const asked = metadata("SECRET_TTL");
  const signed = istiodValue(release, "env", "MAX_WORKLOAD_CERT_TTL");
  const ineffective = istiodValue(release, "env", "DEFAULT_WORKLOAD_CERT_TTL");
  return [
    ...boundDuration(asked, shortest, longest),
    ...boundDuration(signed, shortest, longest),
    ...judgeOrder(asked, signed),
    ...judgeRatio(metadata("SECRET_GRACE_PERIOD_RATIO")),
    ...(ineffective.isSet && !asked.isSet
      ? [
          {
            field: ineffective,
            problem: "has no effect on sidecars, which ask for their own lifetime",
            cure: "Set meshConfig.defaultConfig.proxyMetadata.SECRET_TTL instead",
          },
        ]
      : []),
  ];
}

function judgeOrder(asked: Field, signed: Field): Violation[] {
  const [ttl, max] = [milliseconds(asked.value), milliseconds(signed.value ?? DEFAULT_MAX)];
  if (ttl === undefined || max === undefined || ttl <= max) return [];
  const limit = signed.isSet ? String(signed.value) : `${DEFAULT_MAX}, the default`;
  const problem = `is ${String(asked.value)}, above env.MAX_WORKLOAD_CERT_TTL of ${limit}, so istiod refuses every certificate`;
  return [{ field: asked, problem, cure: "Lower it, or raise env.MAX_WORKLOAD_CERT_TTL" }];
}

/** The share of the lifetime that is left when a proxy renews its certificate. */
function judgeRatio(field: Field): Violation[] {
  const value = field.value;
  if (value === undefined || value === UNKNOWN) return [];
  const ratio = Number(value);
  if (ratio > 0 && ratio < 1) return [];
  const problem = "is not between 0 and 1, so certificates are renewed all the time or never";
  return [{ field, problem, cure: 'Set it to a share of the lifetime, such as "0.5"' }];
}
