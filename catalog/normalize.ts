import { edgesOfAdmit } from "./admit";
import { normalizeAlerts } from "./alerts";
import { normalizeCertificates } from "./certificates";
import { connector } from "./connections";
import { normalizeDelegates } from "./delegate";
import { type Edge, edgesOfCalls, type Source } from "./edge";
import { edgeOfExtAuthz, type ExtAuthz, normalizeProviders } from "./extAuthz";
import { type ExternalService, normalizeExternalService } from "./externalService";
import { normalizeGateways } from "./gateway";
import { edgeOfLimits, normalizeRateLimitService } from "./globalRateLimit";
import { normalizeJwtRule } from "./jwt";
import { type Mesh, type MeshDefinition, normalizeSettings } from "./mesh";
import { normalizeNetworkPolicies } from "./networkPolicies";
import { sortedEntries } from "./order";
import { normalizeNamespaces } from "./ownership";
import { heldToTheirPaths, routesOf } from "./routeRegions";
import { normalizeService, type Service, sourceOfService, type UnconnectedService } from "./service";
import { edgesOfTracing, normalizeServiceTelemetry, normalizeTelemetry } from "./telemetry";
import { type Mirror, mirroredEdge, normalizeMirror } from "./traffic";

/**
 * Resolves all defaults of a catalog. Later layers have no defaults.
 *
 * @param definition structurally valid, with every name it refers to declared.
 * @throws Error when a call or route refers to a service or port that doesn't exist: run the checks before.
 */
export function normalize(definition: MeshDefinition): Mesh {
  const settings = normalizeSettings(definition);
  const { namespace, trustDomain } = settings;
  const ownServices = sortedEntries(definition.services);
  const outside = sortedEntries(definition.externalServices ?? {});

  const unconnected = new Map<string, UnconnectedService>();
  for (const [name, own] of ownServices) unconnected.set(name, normalizeService(name, own, settings));
  const external = new Map(
    outside.map(([name, own]) => [name, normalizeExternalService(name, own, namespace)] as const),
  );
  const find = (name: string): UnconnectedService => {
    const service = unconnected.get(name) ?? external.get(name);
    if (!service) throw new Error(`there is no service "${name}"`);
    return service;
  };
  const sourceNamed = (name: string): Source => sourceOfService(find(name), trustDomain);

  const own = normalizeGateways(definition.gateways ?? {}, settings, find);
  const delegated = normalizeDelegates(definition.delegates ?? {}, settings, find);
  const [gateways, delegates] = heldToTheirPaths(own, delegated);
  const rateLimitService =
    definition.rateLimitService && normalizeRateLimitService(definition.rateLimitService, find);
  const extensionProviders = normalizeProviders(definition.extensionProviders ?? {}, find);
  // MW327 reports a provider that is not declared.
  const asked = (source: Source, extAuthz: ExtAuthz | undefined): Edge[] =>
    extensionProviders
      .filter(({ name }) => name === extAuthz?.provider)
      .flatMap((one) => (extAuthz ? [edgeOfExtAuthz(source, extAuthz, one, find(one.service))] : []));
  const telemetry = definition.telemetry && normalizeTelemetry(definition.telemetry);
  const collector = [...unconnected.values()].find(({ host }) => host === telemetry?.tracing?.service);
  const mirrors = new Map<string, Mirror>();
  for (const [name, { traffic }] of ownServices) {
    if (traffic?.mirror) mirrors.set(name, normalizeMirror(traffic.mirror, find(name).ports, find));
  }
  const requests: Edge[] = [
    ...ownServices.flatMap(([name, { calls = {} }]) => edgesOfCalls(sourceNamed(name), calls, find)),
    ...[...gateways, ...delegates].flatMap(routesOf).map(({ edge }) => edge),
    ...ownServices.flatMap(([name, { admit = {} }]) => edgesOfAdmit(find(name), admit, trustDomain)),
    ...ownServices.flatMap(([name, { globalRateLimits }]) =>
      globalRateLimits && rateLimitService
        ? [edgeOfLimits(sourceNamed(name), rateLimitService, find(rateLimitService.service))]
        : [],
    ),
    ...ownServices.flatMap(([name]) => asked(sourceNamed(name), find(name).extAuthz)),
    ...gateways.flatMap(({ source, hosts }) => hosts.flatMap(({ extAuthz }) => asked(source, extAuthz))),
  ];
  const reporters = [
    ...ownServices.filter(([name]) => name !== collector?.name).map(([name]) => sourceNamed(name)),
    ...(telemetry?.gateways ? gateways.map(({ source }) => source) : []),
  ];
  const spans = collector ? edgesOfTracing(reporters, collector, requests) : [];
  const copies = requests.flatMap((edge) => mirroredEdge(edge, mirrors.get(edge.callee)) ?? []);

  const connect = connector([...requests, ...spans, ...copies], find, definition.alerts);
  const services = ownServices.map(([name, own]): Service => ({
    ...connect(find(name), own),
    ...(mirrors.has(name) && { mirror: mirrors.get(name) }),
    ...(own.telemetry && { telemetry: normalizeServiceTelemetry(own.telemetry, definition.telemetry) }),
  }));
  const externalServices = outside.flatMap(([name, { circuitBreaker }]): ExternalService[] => {
    const service = external.get(name);
    return service ? [connect(service, { circuitBreaker })] : [];
  });

  return {
    ...settings,
    ...normalizeNamespaces({ ...definition, rootNamespace: settings.rootNamespace }, services, gateways),
    services,
    externalServices,
    gateways,
    delegates,
    jwtRules: (definition.jwtRules ?? []).map(normalizeJwtRule),
    ...(rateLimitService && { rateLimitService }),
    extensionProviders,
    ...(telemetry && { telemetry }),
    ...(definition.networkPolicies && {
      networkPolicies: normalizeNetworkPolicies(definition.networkPolicies),
    }),
    alerts: normalizeAlerts(definition.alerts),
    certificates: normalizeCertificates(definition.certificates),
  };
}
