import { compare } from "../catalog";
import type { Rule } from "./rule";
import { serviceAccountOwn } from "./rules/serviceAccountOwn";
import { admitServiceAccount } from "./rules/admitServiceAccount";
import { admittedOutside } from "./rules/admittedOutside";
import { autoscalingMeasured } from "./rules/autoscalingMeasured";
import { autoscalingRange } from "./rules/autoscalingRange";
import { blockReached } from "./rules/blockReached";
import { breakerCarriesLoad } from "./rules/breakerCarriesLoad";
import { breakerTakesMore } from "./rules/breakerTakesMore";
import { calleeNameUnique } from "./rules/calleeNameUnique";
import { calleeWithinCaller } from "./rules/calleeWithinCaller";
import { callersCounted } from "./rules/callersCounted";
import { callsCaptured } from "./rules/callsCaptured";
import { canonicalNameOwn } from "./rules/canonicalNameOwn";
import { certificateAtGateway } from "./rules/certificateAtGateway";
import { certificateServedOnce } from "./rules/certificateServedOnce";
import { certificatesRenewed } from "./rules/certificatesRenewed";
import { clientsNotBypassed } from "./rules/clientsNotBypassed";
import { clientsToldApart } from "./rules/clientsToldApart";
import { connectionsRouted } from "./rules/connectionsRouted";
import { counterAsked } from "./rules/counterAsked";
import { delegateWithin } from "./rules/delegateWithin";
import { denyCallers } from "./rules/denyCallers";
import { denyReachable } from "./rules/denyReachable";
import { denySpellings } from "./rules/denySpellings";
import { destinationsShare } from "./rules/destinationsShare";
import { drainFits } from "./rules/drainFits";
import { dryRunEnds } from "./rules/dryRunEnds";
import { egressGatewayPort } from "./rules/egressGatewayPort";
import { ejectionBounded } from "./rules/ejectionBounded";
import { ejectionSpared } from "./rules/ejectionSpared";
import { endUserIssued } from "./rules/endUserIssued";
import { enforcedOutside } from "./rules/enforcedOutside";
import { externalCalled } from "./rules/externalCalled";
import { externalHostUnique } from "./rules/externalHostUnique";
import { externalNameApart } from "./rules/externalNameApart";
import { failoverEjectsAll } from "./rules/failoverEjectsAll";
import { failoverElsewhere } from "./rules/failoverElsewhere";
import { failoverNeedsOutlierDetection } from "./rules/failoverNeedsOutlierDetection";
import { faultOutsideProd } from "./rules/faultOutsideProd";
import { filterAttributes } from "./rules/filterAttributes";
import { gatewayErrorsSmaller } from "./rules/gatewayErrorsSmaller";
import { gatewayPodsAlike } from "./rules/gatewayPodsAlike";
import { gatewayPodsGiven } from "./rules/gatewayPodsGiven";
import { headersKept } from "./rules/headersKept";
import { headerRouteReachable } from "./rules/headerRouteReachable";
import { hostEncrypted } from "./rules/hostEncrypted";
import { hostUnique } from "./rules/hostUnique";
import { httpOnly } from "./rules/httpOnly";
import { imagePinned } from "./rules/imagePinned";
import { istioKeys } from "./rules/istioKeys";
import { keysOverHttps } from "./rules/keysOverHttps";
import { keysPublic } from "./rules/keysPublic";
import { labelsSelected } from "./rules/labelsSelected";
import { labelsValid } from "./rules/labelsValid";
import { leavesEncrypted } from "./rules/leavesEncrypted";
import { limitsCounted } from "./rules/limitsCounted";
import { limitsPerCaller } from "./rules/limitsPerCaller";
import { livenessLater } from "./rules/livenessLater";
import { mirrorElsewhere } from "./rules/mirrorElsewhere";
import { mirrorPort } from "./rules/mirrorPort";
import { mtlsPortDeclared } from "./rules/mtlsPortDeclared";
import { mtlsStrict } from "./rules/mtlsStrict";
import { namespaceOwn } from "./rules/namespaceOwn";
import { nameValid } from "./rules/nameValid";
import { noCycles } from "./rules/noCycles";
import { opaqueToldApart } from "./rules/opaqueToldApart";
import { originatedFromPlain } from "./rules/originatedFromPlain";
import { originatedToTls } from "./rules/originatedToTls";
import { overrideMtls } from "./rules/overrideMtls";
import { overrideAccepted } from "./rules/overrideAccepted";
import { overrideAccess } from "./rules/overrideAccess";
import { overrideDenies } from "./rules/overrideDenies";
import { overrideOrigins } from "./rules/overrideOrigins";
import { overrideProxy } from "./rules/overrideProxy";
import { overrideReplicas } from "./rules/overrideReplicas";
import { overrideInterruptions } from "./rules/overrideInterruptions";
import { overrideTermination } from "./rules/overrideTermination";
import { overrideContainers } from "./rules/overrideContainers";
import { overrideDeclared } from "./rules/overrideDeclared";
import { overrideRoutes } from "./rules/overrideRoutes";
import { overrideDestinations } from "./rules/overrideDestinations";
import { overrideExposure } from "./rules/overrideExposure";
import { overrideSettings } from "./rules/overrideSettings";
import { overrideTokens } from "./rules/overrideTokens";
import { overrideEgress } from "./rules/overrideEgress";
import { overrideUnread } from "./rules/overrideUnread";
import { overrideHardening } from "./rules/overrideHardening";
import { overrideHosts } from "./rules/overrideHosts";
import { overrideRead } from "./rules/overrideRead";
import { overrideRefers } from "./rules/overrideRefers";
import { originsOwn } from "./rules/originsOwn";
import { overrideFits } from "./rules/overrideFits";
import { overrideNamed } from "./rules/overrideNamed";
import { overrideSubset } from "./rules/overrideSubset";
import { overrideSubsetPods } from "./rules/overrideSubsetPods";
import { pathNormal } from "./rules/pathNormal";
import { podDecided } from "./rules/podDecided";
import { podStarts } from "./rules/podStarts";
import { portChosen } from "./rules/portChosen";
import { portDeclared } from "./rules/portDeclared";
import { portNumberUnique } from "./rules/portNumberUnique";
import { portReserved } from "./rules/portReserved";
import { prefixAdmitted } from "./rules/prefixAdmitted";
import { prefixLiteral } from "./rules/prefixLiteral";
import { probePath } from "./rules/probePath";
import { providerDeclared } from "./rules/providerDeclared";
import { providerFailsClosed } from "./rules/providerFailsClosed";
import { providerReached } from "./rules/providerReached";
import { proxyMemoryFits } from "./rules/proxyMemoryFits";
import { quotaIntervalFits } from "./rules/quotaIntervalFits";
import { quotaWithinLimit } from "./rules/quotaWithinLimit";
import { rateLimitCarriesLoad } from "./rules/rateLimitCarriesLoad";
import { redirectsEnd } from "./rules/redirectsEnd";
import { grpcMethods } from "./rules/grpcMethods";
import { retryConditionsOccur } from "./rules/retryConditionsOccur";
import { tokenForwarded } from "./rules/tokenForwarded";
import { reachable } from "./rules/reachable";
import { reachedOutside } from "./rules/reachedOutside";
import { requestsWithinLimits } from "./rules/requestsWithinLimits";
import { retriesFitTimeout } from "./rules/retriesFitTimeout";
import { retriesMultiplied } from "./rules/retriesMultiplied";
import { routeUnique } from "./rules/routeUnique";
import { secretReferenced } from "./rules/secretReferenced";
import { selectorsDistinct } from "./rules/selectorsDistinct";
import { serviceDeclared } from "./rules/serviceDeclared";
import { sharedNamespaceUsed } from "./rules/sharedNamespaceUsed";
import { sidecarBypass } from "./rules/sidecarBypass";
import { slowAttemptsRetried } from "./rules/slowAttemptsRetried";
import { stickyVersions } from "./rules/stickyVersions";
import { targetPortProtocol } from "./rules/targetPortProtocol";
import { telemetryProvided } from "./rules/telemetryProvided";
import { tenantClaimIssued } from "./rules/tenantClaimIssued";
import { tenantHeaderRemoved } from "./rules/tenantHeaderRemoved";
import { tenantHeaderTrusted } from "./rules/tenantHeaderTrusted";
import { timeoutCoversLoad } from "./rules/timeoutCoversLoad";
import { tlsWithinProtocol } from "./rules/tlsWithinProtocol";
import { tokenAsked } from "./rules/tokenAsked";
import { claimNameClear } from "./rules/claimNameClear";
import { challengeReached } from "./rules/challengeReached";
import { claimIssuerNamed } from "./rules/claimIssuerNamed";
import { endUserIssuerDeclared } from "./rules/endUserIssuerDeclared";
import { corsAllowsRoute } from "./rules/corsAllowsRoute";
import { preflightAnswered } from "./rules/preflightAnswered";
import { tokenNotBypassed } from "./rules/tokenNotBypassed";
import { attemptsUseTimeout } from "./rules/attemptsUseTimeout";
import { tracingPort } from "./rules/tracingPort";
import { versionDeclared } from "./rules/versionDeclared";
import { versionRuns } from "./rules/versionRuns";
import { versionsMeasured } from "./rules/versionsMeasured";
import { weightsGiven } from "./rules/weightsGiven";
import { weightsSum } from "./rules/weightsSum";
import { wildcardAfterSlash } from "./rules/wildcardAfterSlash";
import { wildcardOutside } from "./rules/wildcardOutside";
import { wildcardServed } from "./rules/wildcardServed";
import { workloadKind } from "./rules/workloadKind";
import { workloadNameUnique } from "./rules/workloadNameUnique";
import { catalogPlain } from "./plain";
import { fieldGiven, fieldKnown, valueValid } from "./structure";
import { suppressionUsed } from "./suppressions";

/** Rules about one subject, under one heading in the documentation. */
export interface Topic {
  readonly title: string;
  readonly rules: readonly Rule[];
}

/** Every rule, by topic. A code is never reused: the code of a removed rule stays unused. */
export const topics: readonly Topic[] = [
  {
    title: "Structure of the catalog",
    rules: [
      valueValid, // MW001
      fieldKnown, // MW002
      fieldGiven, // MW003
      suppressionUsed, // MW004
      catalogPlain, // MW386
    ],
  },
  {
    title: "Names and references",
    rules: [
      serviceDeclared, // MW101
      portDeclared, // MW102
      portChosen, // MW103
      versionDeclared, // MW104
      nameValid, // MW105
      portNumberUnique, // MW106
      hostUnique, // MW107
      routeUnique, // MW108
      workloadNameUnique, // MW109
      mtlsPortDeclared, // MW110
      reachable, // MW111
      externalNameApart, // MW331
      externalCalled, // MW364
    ],
  },
  {
    title: "Traffic",
    rules: [
      weightsSum, // MW201
      weightsGiven, // MW202
      faultOutsideProd, // MW203
      httpOnly, // MW204
      headerRouteReachable, // MW205
      mirrorElsewhere, // MW206
      versionRuns, // MW207
      mirrorPort, // MW208
      stickyVersions, // MW363
      grpcMethods, // MW512
    ],
  },
  {
    title: "Identity, authorization and mutual TLS",
    rules: [
      namespaceOwn, // MW112
      endUserIssued, // MW301
      sidecarBypass, // MW302
      mtlsStrict, // MW303
      admitServiceAccount, // MW304
      istioKeys, // MW305
      pathNormal, // MW306
      tokenAsked, // MW307
      keysOverHttps, // MW308
      admittedOutside, // MW309
      callsCaptured, // MW310
      wildcardAfterSlash, // MW311
      reachedOutside, // MW312
      tokenNotBypassed, // MW313
      claimNameClear, // MW314
      claimIssuerNamed, // MW315
      endUserIssuerDeclared, // MW316
      headersKept, // MW317
      corsAllowsRoute, // MW318
      preflightAnswered, // MW319
      denyReachable, // MW324
      denyCallers, // MW325
      denySpellings, // MW326
      providerDeclared, // MW327
      providerReached, // MW328
      dryRunEnds, // MW329
      keysPublic, // MW334
      serviceAccountOwn, // MW340
      prefixAdmitted, // MW370
      tokenForwarded, // MW514
      providerFailsClosed, // MW535
    ],
  },
  {
    title: "Gateways and certificates",
    rules: [
      certificateServedOnce, // MW114
      certificatesRenewed, // MW320
      clientsToldApart, // MW321
      clientsNotBypassed, // MW322
      originsOwn, // MW323
      gatewayPodsGiven, // MW332
      gatewayPodsAlike, // MW333
      redirectsEnd, // MW511
      hostEncrypted, // MW530
      connectionsRouted, // MW531
      wildcardServed, // MW532
      prefixLiteral, // MW533
      destinationsShare, // MW534
      challengeReached, // MW536
      delegateWithin, // MW537
    ],
  },
  {
    title: "Workloads",
    rules: [
      targetPortProtocol, // MW113
      sharedNamespaceUsed, // MW330
      proxyMemoryFits, // MW336
      selectorsDistinct, // MW341
      labelsSelected, // MW342
      portReserved, // MW343
      drainFits, // MW344
      podDecided, // MW345
      workloadKind, // MW346
      autoscalingRange, // MW901
      autoscalingMeasured, // MW902
      requestsWithinLimits, // MW903
      imagePinned, // MW904
      labelsValid, // MW905
      probePath, // MW906
      livenessLater, // MW907
      secretReferenced, // MW908
      podStarts, // MW909
    ],
  },
  {
    title: "Timeouts and retries",
    rules: [
      retriesFitTimeout, // MW401
      attemptsUseTimeout, // MW402
      calleeWithinCaller, // MW403
      retriesMultiplied, // MW404
      noCycles, // MW405
      limitsPerCaller, // MW406
      timeoutCoversLoad, // MW407
      slowAttemptsRetried, // MW408
      retryConditionsOccur, // MW513
    ],
  },
  {
    title: "Circuit breakers and outlier detection",
    rules: [
      failoverNeedsOutlierDetection, // MW501
      ejectionBounded, // MW502
      gatewayErrorsSmaller, // MW503
      failoverElsewhere, // MW504
      callersCounted, // MW505
      breakerCarriesLoad, // MW506
      breakerTakesMore, // MW507
      ejectionSpared, // MW508
      failoverEjectsAll, // MW510
    ],
  },
  {
    title: "External services",
    rules: [
      externalHostUnique, // MW601
      originatedFromPlain, // MW602
      egressGatewayPort, // MW603
      leavesEncrypted, // MW604
      enforcedOutside, // MW605
      calleeNameUnique, // MW606
      opaqueToldApart, // MW607
      blockReached, // MW608
      originatedToTls, // MW609
      wildcardOutside, // MW610
      certificateAtGateway, // MW611
      tlsWithinProtocol, // MW803
    ],
  },
  {
    title: "Rate limits",
    rules: [
      tenantHeaderTrusted, // MW347
      tenantHeaderRemoved, // MW348
      tenantClaimIssued, // MW349
      quotaIntervalFits, // MW701
      quotaWithinLimit, // MW702
      limitsCounted, // MW703
      counterAsked, // MW704
      rateLimitCarriesLoad, // MW705
    ],
  },
  {
    title: "Telemetry",
    rules: [
      filterAttributes, // MW362
      versionsMeasured, // MW374
      canonicalNameOwn, // MW375
      telemetryProvided, // MW801
      tracingPort, // MW802
    ],
  },
  {
    title: "Overrides",
    rules: [
      overrideNamed, // MW115
      overrideSubsetPods, // MW337
      overrideRead, // MW338
      overrideHosts, // MW339
      overrideFits, // MW360
      overrideSubset, // MW361
    ],
  },
  {
    title: "Effects of overrides",
    rules: [
      overrideSettings, // MW365
      overrideDestinations, // MW366
      overrideExposure, // MW367
      overrideOrigins, // MW368
      overrideAccepted, // MW369
      overrideReplicas, // MW371
      overrideInterruptions, // MW372
      overrideTermination, // MW373
      overrideContainers, // MW376
      overrideDeclared, // MW377
      overrideMtls, // MW910
      overrideAccess, // MW911
      overrideDenies, // MW912
      overrideProxy, // MW913
      overrideRoutes, // MW914
      overrideEgress, // MW915
      overrideUnread, // MW916
      overrideHardening, // MW917
      overrideRefers, // MW918
      overrideTokens, // MW919
    ],
  },
];

/** Every rule, by code. */
export const rules: readonly Rule[] = topics
  .flatMap(({ rules: own }) => own)
  .toSorted((a, b) => compare(a.code, b.code));
