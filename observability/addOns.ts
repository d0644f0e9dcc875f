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

/** Which add-ons there are, and how people reach them. */
export interface AddOnsOptions {
  /** Namespace of the add-ons. */
  readonly namespace: string;
  /** Whether the Prometheus operator is there. Default: true. */
  readonly operator?: boolean;
  /** Host outside of the cluster where Jaeger keeps its spans, asked over TLS. Default: none, Jaeger keeps them itself. */
  readonly spanStoreHost?: string;
  /** Who gets Prometheus' alerts. Default: nobody. */
  readonly alertmanagers?: readonly Alertmanager[];
  /** Whether Grafana fetches Istio's own dashboards when it starts. Default: false. */
  readonly istioDashboards?: boolean;
  /** By host name. Default: none. */
  readonly exposed?: Readonly<Record<string, Exposure>>;
}

/** A tool that people reach through a gateway. */
export interface Exposure {
  readonly tool: Tool;
  /** Helm release of the gateway, which is also its namespace. */
  readonly release: string;
  /** Secret with the host's certificate, in the gateway's namespace. */
  readonly credentialName: string;
  /** Default: TLSV1_2. */
  readonly minProtocolVersion?: "TLSV1_2" | "TLSV1_3";
  /** Token of an end user that must come with every request. Default: none. */
  readonly endUser?: EndUserDefinition;
}

/** Whether spans go through the OpenTelemetry collector: where the catalog sends them there. */
export function usesCollector({ telemetry }: Mesh, namespace: string): boolean {
  return telemetry?.tracing?.service === hostOf(collectorService, namespace);
}

/**
 * What holds for the add-ons in the mesh, as plain objects: their namespace, mutual TLS, who may ask whom, and by
 * which host people reach them. The mesh's own objects are left out.
 *
 * @param rendered the mesh's own objects, if they have been rendered already.
 * @throws Error with every finding if the options don't fit each other or the mesh.
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
    // Charts bring the accounts of their pods along.
    objects.filter((object) => object.kind !== "ServiceAccount" && !present.has(key(object))),
  );
}

/** Tools that show everything to everybody, tokens that nobody issues, and certificates that two Gateways would serve. */
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
        message: `the certificate "${credentialName}" is served by the catalog's gateway "${serving.name}", too: a browser that has a connection to one of its hosts uses it for ${host}, and gets 404`,
        fix: "give the host a certificate of its own, in a Secret of another name",
      };
    }
    if (endUser === undefined && !tools[tool].login) {
      yield {
        path,
        message: `${tool} asks nobody who they are, so everybody who reaches the gateway would see everything`,
        fix: "require a token, by endUser, or expose it not at all and use `meshwright open`",
      };
    }
    if (endUser !== undefined && jwtRules.length === 0) {
      yield {
        path: `${path}.endUser`,
        message: "the catalog knows no issuer of tokens, so nobody could have one",
        fix: "add jwtRules to the catalog",
      };
    }
  }
}

/**
 * The add-ons are services as others are, only deployed by charts, so a catalog of their own says all of it: Kiali asks
 * the others, Grafana asks Prometheus and Jaeger, every proxy of the mesh may send spans, and nobody else asks anything.
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
      // As long as Prometheus itself gives a query.
      resilience: { timeout: "2m" },
      // Each replica has scraped at other moments, so whoever asks stays with one, and a graph doesn't jump.
      loadBalancing: { consistentHash: { useSourceIp: true } },
      kubernetesApi: true,
      reach: alerted.reach,
      calls: alerted.calls,
    },
    [tools.grafana.service]: {
      ports: portOf("grafana"),
      resilience: { timeout: "2m" },
      // Each replica knows only those who logged in there.
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
    // A tool takes a token in this header for one of its own, and refuses it.
    ...(mesh.jwtRules.length > 0 &&
      Object.values(exposed).some(({ endUser }) => endUser !== undefined) && {
        jwtRules: mesh.jwtRules.map((rule) => ({ ...rule, forwardOriginalToken: false })),
      }),
    ...(mesh.telemetry && { telemetry: withoutTraces(mesh.telemetry) }),
    ...(mesh.networkPolicies && { networkPolicies: written(mesh.networkPolicies) }),
  };
}

/** As a catalog may say it. */
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

/** Every proxy of the mesh, the gateways' too. */
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

/** Namespace of a gateway's pods: where the catalog says it, otherwise the release's name. */
export function releaseNamespace({ gateways }: Mesh, release: string): string {
  return gateways.find(({ pods }) => pods.release === release)?.pods.namespace ?? release;
}

/** One Gateway for each release of a gateway. */
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

/** What watches isn't traced: each span that arrives would be a span that arrives. */
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
