import { gatewayProxies, type Mesh, owns, type ProxyTelemetry } from "../catalog";
import { metadata, type Manifest } from "./object";
import type { TelemetrySpec } from "./types/telemetry.gen";

/**
 * The telemetry of each namespace's proxies, and of the gateways, whose namespaces no catalog owns. Single services have
 * their own object if they report something else, or if the catalog does not own their namespace.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/
 */
export function telemetries(mesh: Mesh): Manifest[] {
  return [...ofNamespaces(mesh), ...ofServices(mesh), ...ofGateways(mesh)];
}

function ofServices(mesh: Mesh): Manifest[] {
  return mesh.services.flatMap(({ name, namespace, selector, telemetry: own, path }) => {
    // A service's setting replaces that of its namespace. The other settings still apply.
    const telemetry = owns(mesh, namespace) ? own : (mesh.telemetry ?? own) && { ...mesh.telemetry, ...own };
    if (!telemetry) return [];
    return [
      {
        apiVersion: "telemetry.istio.io/v1",
        kind: "Telemetry",
        metadata: metadata(mesh, { name, namespace, from: own ? [`${path}.telemetry`] : ["telemetry"] }),
        spec: { selector: { matchLabels: { ...selector } }, ...telemetrySpec(telemetry) },
      },
    ];
  });
}

function ofNamespaces(mesh: Mesh): Manifest[] {
  const { telemetry } = mesh;
  if (!telemetry) return [];
  return mesh.ownNamespaces.map((namespace) => ({
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: metadata(mesh, { name: "default", namespace, from: ["telemetry"] }),
    spec: telemetrySpec(telemetry),
  }));
}

function ofGateways(mesh: Mesh): Manifest[] {
  const { telemetry } = mesh;
  if (!telemetry?.gateways) return [];
  return gatewayProxies(mesh).map(({ name, namespace, selector, paths }) => ({
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: metadata(mesh, { name, namespace, from: ["telemetry", ...paths] }),
    spec: { selector: { matchLabels: { ...selector } }, ...telemetrySpec(telemetry) },
  }));
}

function telemetrySpec({ metrics, tracing, accessLogging, auditLogging }: ProxyTelemetry): TelemetrySpec {
  return {
    ...(metrics && {
      metrics: [
        {
          providers: [{ name: metrics.provider }],
          ...(metrics.overrides.length > 0 && {
            overrides: metrics.overrides.map(({ metric, mode, disabled }) => ({
              match: { metric, mode },
              ...(disabled && { disabled }),
            })),
          }),
        },
      ],
    }),
    ...(tracing && {
      tracing: [
        {
          providers: [{ name: tracing.provider }],
          randomSamplingPercentage: tracing.randomSamplingPercentage,
        },
      ],
    }),
    ...((accessLogging ?? auditLogging) && {
      accessLogging: [
        ...(accessLogging
          ? [
              {
                providers: [{ name: accessLogging.provider }],
                ...(accessLogging.filter !== undefined && { filter: { expression: accessLogging.filter } }),
                ...(accessLogging.disabled && { disabled: true }),
              },
            ]
          : []),
        ...(auditLogging ? [{ providers: [{ name: auditLogging.provider }] }] : []),
      ],
    }),
  };
}
