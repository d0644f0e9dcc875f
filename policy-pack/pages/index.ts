import { boundCapabilitiesPage } from "./boundCapabilities";
import { boundCertificateLifetimesPage } from "./boundCertificateLifetimes";
import { boundCircuitBreakersPage } from "./boundCircuitBreakers";
import { boundRetriesPage } from "./boundRetries";
import { boundTimeoutsPage } from "./boundTimeouts";
import { boundTraceSamplingPage } from "./boundTraceSampling";
import { flagCaptureBypassesPage } from "./flagCaptureBypasses";
import { flagOutdatedVersionsPage } from "./flagOutdatedVersions";
import { forbidAllowAllPage } from "./forbidAllowAll";
import { forbidClaimsInKnownHeadersPage } from "./forbidClaimsInKnownHeaders";
import { forbidExposedConsolesPage } from "./forbidExposedConsoles";
import { forbidFaultInjectionPage } from "./forbidFaultInjection";
import { forbidForgedHeadersPage } from "./forbidForgedHeaders";
import { forbidInjectionOptOutPage } from "./forbidInjectionOptOut";
import { forbidOpenConsolesPage } from "./forbidOpenConsoles";
import { forbidPlainCredentialsPage } from "./forbidPlainCredentials";
import { forbidSecurityPatchesPage } from "./forbidSecurityPatches";
import { forbidUnsafeRetriesPage } from "./forbidUnsafeRetries";
import { forbidWeakerMtlsPage } from "./forbidWeakerMtls";
import { forbidWildcardHostsPage } from "./forbidWildcardHosts";
import { reportCoveragePage } from "./reportCoverage";
import { requireCircuitBreakersPage } from "./requireCircuitBreakers";
import { requireConfigValidationPage } from "./requireConfigValidation";
import { requireDefaultDenyPage } from "./requireDefaultDeny";
import { requireEffectiveSelectorsPage } from "./requireEffectiveSelectors";
import { requireGatewayTlsPage } from "./requireGatewayTls";
import { requireHighAvailabilityPage } from "./requireHighAvailability";
import { requireHostOwnershipPage } from "./requireHostOwnership";
import { requireInjectionPage } from "./requireInjection";
import { requireMeshWideStrictPage } from "./requireMeshWideStrict";
import { requireNonRootPage } from "./requireNonRoot";
import { requireNormalizedMatchesPage } from "./requireNormalizedMatches";
import { requirePinnedVersionsPage } from "./requirePinnedVersions";
import { requirePinnedWasmPage } from "./requirePinnedWasm";
import { requireSafeEffectsPage } from "./requireSafeEffects";
import { requireSafeEnvoyFiltersPage } from "./requireSafeEnvoyFilters";
import { requireSafePatternsPage } from "./requireSafePatterns";
import { requireSecureJwksPage } from "./requireSecureJwks";
import { requireSupportedVersionsPage } from "./requireSupportedVersions";
import { requireTokenRulesPage } from "./requireTokenRules";
import { requireViewOnlyKialiPage } from "./requireViewOnlyKiali";
import { reserveGatewayLabelsPage } from "./reserveGatewayLabels";
import { restrictControlPlanePage } from "./restrictControlPlane";
import { restrictEgressPage } from "./restrictEgress";
import { restrictPodAnnotationsPage } from "./restrictPodAnnotations";
import type { Page } from "./page";

/** The pages of all policies, keyed by policy. */
export const pages: Readonly<Record<string, Page>> = {
  "bound-capabilities": boundCapabilitiesPage,
  "bound-certificate-lifetimes": boundCertificateLifetimesPage,
  "bound-circuit-breakers": boundCircuitBreakersPage,
  "bound-retries": boundRetriesPage,
  "bound-timeouts": boundTimeoutsPage,
  "bound-trace-sampling": boundTraceSamplingPage,
  "flag-capture-bypasses": flagCaptureBypassesPage,
  "flag-outdated-versions": flagOutdatedVersionsPage,
  "forbid-allow-all": forbidAllowAllPage,
  "forbid-claims-in-known-headers": forbidClaimsInKnownHeadersPage,
  "forbid-exposed-consoles": forbidExposedConsolesPage,
  "forbid-fault-injection": forbidFaultInjectionPage,
  "forbid-forged-headers": forbidForgedHeadersPage,
  "forbid-injection-opt-out": forbidInjectionOptOutPage,
  "forbid-open-consoles": forbidOpenConsolesPage,
  "forbid-plain-credentials": forbidPlainCredentialsPage,
  "forbid-security-patches": forbidSecurityPatchesPage,
  "forbid-unsafe-retries": forbidUnsafeRetriesPage,
  "forbid-weaker-mtls": forbidWeakerMtlsPage,
  "forbid-wildcard-hosts": forbidWildcardHostsPage,
  "report-coverage": reportCoveragePage,
  "require-circuit-breakers": requireCircuitBreakersPage,
  "require-config-validation": requireConfigValidationPage,
  "require-default-deny": requireDefaultDenyPage,
  "require-effective-selectors": requireEffectiveSelectorsPage,
  "require-gateway-tls": requireGatewayTlsPage,
  "require-high-availability": requireHighAvailabilityPage,
  "require-host-ownership": requireHostOwnershipPage,
  "require-injection": requireInjectionPage,
  "require-mesh-wide-strict": requireMeshWideStrictPage,
  "require-non-root": requireNonRootPage,
  "require-normalized-matches": requireNormalizedMatchesPage,
  "require-pinned-versions": requirePinnedVersionsPage,
  "require-pinned-wasm": requirePinnedWasmPage,
  "require-safe-effects": requireSafeEffectsPage,
  "require-safe-envoy-filters": requireSafeEnvoyFiltersPage,
  "require-safe-patterns": requireSafePatternsPage,
  "require-secure-jwks": requireSecureJwksPage,
  "require-supported-versions": requireSupportedVersionsPage,
  "require-token-rules": requireTokenRulesPage,
  "require-view-only-kiali": requireViewOnlyKialiPage,
  "reserve-gateway-labels": reserveGatewayLabelsPage,
  "restrict-control-plane": restrictControlPlanePage,
  "restrict-egress": restrictEgressPage,
  "restrict-pod-annotations": restrictPodAnnotationsPage,
};
