import type { Policies } from "@pulumi/policy";
import type { PlainPolicy } from "../policy";
import { boundCapabilities } from "./boundCapabilities";
import { boundCertificateLifetimes } from "./boundCertificateLifetimes";
import { boundCircuitBreakers } from "./boundCircuitBreakers";
import { boundRetries } from "./boundRetries";
import { boundTimeouts } from "./boundTimeouts";
import { boundTraceSampling } from "./boundTraceSampling";
import { flagCaptureBypasses } from "./flagCaptureBypasses";
import { flagOutdatedVersions } from "./flagOutdatedVersions";
import { forbidAllowAll } from "./forbidAllowAll";
import { forbidClaimsInKnownHeaders } from "./forbidClaimsInKnownHeaders";
import { forbidExposedConsoles } from "./forbidExposedConsoles";
import { forbidFaultInjection } from "./forbidFaultInjection";
import { forbidForgedHeaders } from "./forbidForgedHeaders";
import { forbidInjectionOptOut } from "./forbidInjectionOptOut";
import { forbidOpenConsoles } from "./forbidOpenConsoles";
import { forbidPlainCredentials } from "./forbidPlainCredentials";
import { forbidSecurityPatches } from "./forbidSecurityPatches";
import { forbidUnsafeRetries } from "./forbidUnsafeRetries";
import { forbidWeakerMtls } from "./forbidWeakerMtls";
import { forbidWildcardHosts } from "./forbidWildcardHosts";
import { reportCoverage } from "./reportCoverage";
import { requireCircuitBreakers } from "./requireCircuitBreakers";
import { requireConfigValidation } from "./requireConfigValidation";
import { requireDefaultDeny } from "./requireDefaultDeny";
import { requireEffectiveSelectors } from "./requireEffectiveSelectors";
import { requireGatewayTls } from "./requireGatewayTls";
import { requireHighAvailability } from "./requireHighAvailability";
import { requireHostOwnership } from "./requireHostOwnership";
import { requireInjection } from "./requireInjection";
import { requireMeshWideStrict } from "./requireMeshWideStrict";
import { requireNonRoot } from "./requireNonRoot";
import { requireNormalizedMatches } from "./requireNormalizedMatches";
import { requirePinnedVersions } from "./requirePinnedVersions";
import { requirePinnedWasm } from "./requirePinnedWasm";
import { requireSafeEffects } from "./requireSafeEffects";
import { requireSafeEnvoyFilters } from "./requireSafeEnvoyFilters";
import { requireSafePatterns } from "./requireSafePatterns";
import { requireSecureJwks } from "./requireSecureJwks";
import { requireSupportedVersions } from "./requireSupportedVersions";
import { requireTokenRules } from "./requireTokenRules";
import { requireViewOnlyKiali } from "./requireViewOnlyKiali";
import { reserveGatewayLabels } from "./reserveGatewayLabels";
import { restrictControlPlane } from "./restrictControlPlane";
import { restrictEgress } from "./restrictEgress";
import { restrictPodAnnotations } from "./restrictPodAnnotations";

/** All policies of the pack by topic. Each is in the file with its name. */
export const groups: Readonly<Record<string, (Policies[number] & PlainPolicy)[]>> = {
  "Mutual TLS and certificates": [requireMeshWideStrict, forbidWeakerMtls, boundCertificateLifetimes],
  Authorization: [
    requireDefaultDeny,
    forbidAllowAll,
    forbidSecurityPatches,
    requireEffectiveSelectors,
    requireSafePatterns,
    requireNormalizedMatches,
    requireTokenRules,
    requireSecureJwks,
    forbidClaimsInKnownHeaders,
  ],
  "Injection and pods": [
    requireInjection,
    forbidInjectionOptOut,
    flagCaptureBypasses,
    restrictPodAnnotations,
    boundCapabilities,
    requireNonRoot,
    reserveGatewayLabels,
  ],
  "Gateways and egress": [
    requireGatewayTls,
    forbidWildcardHosts,
    restrictEgress,
    requireHostOwnership,
    forbidForgedHeaders,
  ],
  Traffic: [
    requireCircuitBreakers,
    boundCircuitBreakers,
    boundTimeouts,
    boundRetries,
    forbidUnsafeRetries,
    forbidFaultInjection,
  ],
  Extensions: [requireSafeEnvoyFilters, requirePinnedWasm],
  Consoles: [forbidOpenConsoles, forbidExposedConsoles, forbidPlainCredentials, requireViewOnlyKiali],
  Operation: [
    restrictControlPlane,
    requireConfigValidation,
    requireHighAvailability,
    requireSupportedVersions,
    flagOutdatedVersions,
    requirePinnedVersions,
    boundTraceSampling,
  ],
  "Effects of all objects": [requireSafeEffects],
  Report: [reportCoverage],
};

/** All policies of the pack. The report is the last one, because it lists the exemptions that the others applied. */
export const policies: (Policies[number] & PlainPolicy)[] = Object.values(groups).flat();
