import {
  egressGateway,
  type EndUserDefinition,
  type GatewayDefinition,
  hostOf,
  type Mesh,
  type MeshDefinition,
  type NetworkPolicies,
  type NetworkPoliciesDefinition,
  otlpPort,
  type ServiceDefinition,
  type TelemetryDefinition,
} from "../catalog";
import { type CheckedMesh, findingText } from "../checks";
import { checkMesh, inOrder, type Manifest, renderMesh } from "../mesh";
import { addOnNetworkPolicies } from "./addOnNetworkPolicies";
import { type Alertmanager, takingAlerts } from "./alertmanagers";
import { collectorService, type Tool, tools } from "./tools";

/** The installed add-ons, and their exposure. */
export interface AddOnsOptions {
  /** Namespace of the add-ons. */
  readonly namespace: string;
  /** Whether the Prometheus operator is installed. Default: true. */
  readonly operator?: boolean;
  /** External host of Jaeger's span store, with TLS. Default: none; Jaeger stores spans itself. */
  readonly spanStoreHost?: string;
  /** Alertmanagers that receive Prometheus' alerts. Default: none. */
  readonly alertmanagers?: readonly Alertmanager[];
  /** Whether Grafana fetches Istio's own dashboards at its start. Default: false. */
  readonly istioDashboards?: boolean;
  /** Exposed add-ons, keyed by host name. Default: none. */
  readonly exposed?: Readonly<Record<string, Exposure>>;
}

/** The exposure of an add-on through a gateway. */
export interface Exposure {
  readonly tool: Tool;
  /** Helm release of the gateway, which is also its namespace. */
  readonly release: string;
  /** Secret with the host's certificate, in the gateway's namespace. */
  readonly credentialName: string;
  /** Minimum TLS version. Default: TLSV1_2. */
  readonly minProtocolVersion?: "TLSV1_2" | "TLSV1_3";
  /** Token of an end user that every request must have. Default: none is required. */
  readonly endUser?: EndUserDefinition;
}

/** Whether the catalog sends spans to the OpenTelemetry collector. */
export function usesCollector({ telemetry }: Mesh, namespace: string): boolean {
  return telemetry?.tracing?.service === hostOf(collectorService, namespace);
}

/**
 * Returns the add-ons' mesh objects: their namespace, mutual TLS, authorization and exposed hosts. The mesh's own
 * objects are left out.
 *
 * @param rendered the mesh's own objects, if they have been rendered already.
 * @throws Error with every finding if the options contradict each other or the mesh.
 */
export function renderAddOns(
  mesh: CheckedMesh,
  options: AddOnsOptions,
  rendered: readonly Manifest[] = renderMesh(mesh),
): Manifest[] {
  const { findings, mesh: addOns } = checkMesh(addOnsCatalog(mesh, options));
  const wrong = [...misfits(mesh, options), ...findings.filter(({ severity }) => severity === "error")];
  if (addOns === undefined || wrong.length > 0) {
    throw new Error(wrong.map(findingText).join("\n"));
  }
  const key = ({ kind, metadata }: Manifest): string =>
    `${kind}/${metadata.namespace ?? ""}/${metadata.name}`;
  const present = new Set(rendered.map(key));
  const objects = [...renderMesh(addOns), ...addOnNetworkPolicies(addOns, options)];
  return inOrder(
    // Charts create the service accounts of their pods.
    objects.filter((object) => object.kind !== "ServiceAccount" && !present.has(key(object))),
  );
}

/**
 * Finds exposed add-ons without authentication, tokens without an issuer, and certificates that two Gateways would
 * serve.
 */
function* misfits(
  { gateways, jwtRules }: Mesh,
  { exposed = {} }: AddOnsOptions,
): Iterable<{ path: string; message: string; fix: string }> {
  for (const [host, { tool, release, credentialName, endUser }] of Object.entries(exposed)) {
    const path = `exposed["${host}"]`;
    const serving = gateways.find(
      (gateway) =>
        gateway.pods.release === release &&
        gateway.hosts.some(({ tls }) => tls.credentialName === credentialName),
    );
    if (serving !== undefined) {
      yield {
        path: `${path}.credentialName`,
        message: `the catalog's gateway "${serving.name}" also serves the certificate "${credentialName}": a browser uses a connection to one of its hosts for ${host}, and gets 404`,
        fix: "use a separate certificate for the host, in a Secret with another name",
      };
    }
    if (endUser === undefined && !tools[tool].login) {
      yield {
        path,
        message: `${tool} has no login, so every client of the gateway would see everything`,
        fix: "require a token with endUser, or don't expose it and use `meshwright open`",
      };
    }
    if (endUser !== undefined && jwtRules.length === 0) {
      yield {
        path: `${path}.endUser`,
        message: "the catalog declares no issuer of tokens, so no user can have one",
        fix: "add jwtRules to the catalog",
      };
    }
  }
}

/**
 * Returns the add-ons' own catalog. Add-ons are services like others, only deployed by charts. Kiali calls the other
 * add-ons, Grafana calls Prometheus and Jaeger, every proxy of the mesh may send spans, and all other calls are denied.
 */
export function addOnsCatalog(mesh: Mesh, options: AddOnsOptions): MeshDefinition {
  const { namespace, spanStoreHost, alertmanagers = [], istioDashboards = false, exposed = {} } = options;
  const prometheus = { [tools.prometheus.service]: { methods: ["GET", "POST"] } } as const;
  const jaeger = { [tools.jaeger.service]: { port: tools.jaeger.portName } } as const;
  const grafana = { [tools.grafana.service]: { methods: ["GET"] } } as const;
  const traced = mesh.telemetry?.tracing !== undefined;
  const alerted = takingAlerts(alertmanagers);
  const collector = usesCollector(mesh, namespace);
  const spans = { admit: traced ? sendersOfSpans(mesh) : {} };

  const services: Record<string, ServiceDefinition> = {
    [tools.prometheus.service]: {
      ports: portOf("prometheus"),
      // Prometheus' own query timeout.
      resilience: { timeout: "2m" },
      // Each replica has scraped at different times. So a client uses one replica, and graphs stay consistent.
      loadBalancing: { consistentHash: { useSourceIp: true } },
      kubernetesApi: true,
      reach: alerted.reach,
      calls: alerted.calls,
    },
    [tools.grafana.service]: {
      ports: portOf("grafana"),
      resilience: { timeout: "2m" },
      // Each replica has only the sessions of its own logins.
      loadBalancing: { consistentHash: { httpCookie: { name: "grafana-replica", path: "/", ttl: "12h" } } },
      kubernetesApi: true,
      calls: { ...prometheus, ...jaeger, ...(istioDashboards && { "istio-dashboards": {} }) },
    },
    [tools.jaeger.service]: {
      ports: { ...portOf("jaeger"), "otlp-grpc": { port: otlpPort, protocol: "grpc" } },
      resilience: { timeout: "30s" },
      ...(!collector && spans),
      calls: spanStoreHost === undefined ? {} : { "span-store": {} },
    },
    [tools.kiali.service]: {
      ports: portOf("kiali"),
      resilience: { timeout: "2m" },
      kubernetesApi: true,
      calls: { ...prometheus, ...jaeger, ...grafana },
    },
    ...(collector && {
      [collectorService]: {
        ports: { "otlp-grpc": { port: otlpPort, protocol: "grpc" } },
        resilience: { timeout: "30s" },
        ...spans,
        calls: { [tools.jaeger.service]: { port: "otlp-grpc" } },
      },
    }),
  };
  return {
    name: mesh.name,
    environment: mesh.environment,
    namespace,
    ...(mesh.revision !== undefined && { revision: mesh.revision }),
    rootNamespace: mesh.rootNamespace,
    istioVersion: mesh.istioVersion,
    trustDomain: mesh.trustDomain,
    services,
    externalServices: {
      ...(spanStoreHost !== undefined && {
        "span-store": {
          host: spanStoreHost,
          ports: { http: { port: 80, targetPort: 443, protocol: "http" } },
          tls: { mode: "SIMPLE" },
          resilience: { timeout: "30s" },
        },
      }),
      ...alerted.externalServices,
      ...(istioDashboards && {
        "istio-dashboards": {
          host: "raw.githubusercontent.com",
          ports: { tls: { port: 443, protocol: "tls" } },
        },
      }),
    },
    gateways: gatewaysOf(mesh, namespace, exposed),
    // An add-on would treat a token in this header as its own, and reject it.
    ...(mesh.jwtRules.length > 0 &&
      Object.values(exposed).some(({ endUser }) => endUser !== undefined) && {
        jwtRules: mesh.jwtRules.map((rule) => ({ ...rule, forwardOriginalToken: false })),
      }),
    ...(mesh.telemetry && { telemetry: withoutTraces(mesh.telemetry) }),
    ...(mesh.networkPolicies && { networkPolicies: written(mesh.networkPolicies) }),
  };
}

/** Returns a normalized part in the catalog's form. */
function written({
  dnsNamespace,
  dnsPorts,
  dnsAddresses,
  metricsNamespaces,
}: NetworkPolicies): NetworkPoliciesDefinition {
  return {
    dnsNamespace,
    dnsPorts,
    ...(dnsAddresses.length > 0 && { dnsAddresses }),
    metricsNamespaces,
  };
}

function portOf(tool: Tool): ServiceDefinition["ports"] {
  const { portName, port, targetPort } = tools[tool];
  return { [portName]: { port, targetPort, protocol: "http" } };
}

/** Every proxy of the mesh, also the gateways'. */
function sendersOfSpans(mesh: Mesh): NonNullable<ServiceDefinition["admit"]> {
  const gateways = new Map(
    mesh.gateways.map(({ pods: { release, namespace, serviceAccount } }) => [
      release ?? `${namespace}-${serviceAccount}`,
      { namespace, serviceAccount, port: "otlp-grpc" },
    ]),
  );
  const port = "otlp-grpc";
  return {
    ...Object.fromEntries(mesh.namespaces.map((namespace) => [namespace, { namespace, port }])),
    ...Object.fromEntries(gateways),
    [egressGateway.release]: {
      namespace: egressGateway.release,
      serviceAccount: egressGateway.release,
      port,
    },
  };
}

/** Namespace of a gateway's pods: the catalog's, otherwise the release's name. */
export function releaseNamespace({ gateways }: Mesh, release: string): string {
  return gateways.find(({ pods }) => pods.release === release)?.pods.namespace ?? release;
}

/** Returns one Gateway for each release of a gateway. */
function gatewaysOf(
  mesh: Mesh,
  namespace: string,
  exposed: Readonly<Record<string, Exposure>>,
): Record<string, GatewayDefinition> {
  const byRelease = Map.groupBy(Object.entries(exposed), ([, { release }]) => release);
  return Object.fromEntries(
    [...byRelease].map(([release, hosts]) => [
      `${namespace}-${release}`,
      {
        release,
        namespace: releaseNamespace(mesh, release),
        hosts: Object.fromEntries(
          hosts.map(([host, { tool, credentialName, minProtocolVersion, endUser }]) => [
            host,
            {
              tls: { credentialName, ...(minProtocolVersion && { minProtocolVersion }) },
              routes: [
                {
                  prefix: "/",
                  service: tools[tool].service,
                  port: tools[tool].portName,
                  ...(endUser && { endUser }),
                },
              ],
            },
          ]),
        ),
      },
    ]),
  );
}

/** Add-ons aren't traced. Otherwise each received span would create another span. */
function withoutTraces({
  metrics,
  accessLogging,
  auditLogging,
  gateways = true,
}: TelemetryDefinition): TelemetryDefinition {
  return {
    ...(metrics && { metrics }),
    ...(accessLogging && { accessLogging }),
    ...(auditLogging && { auditLogging }),
    ...(!gateways && { gateways }),
  };
}
