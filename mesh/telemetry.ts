import type { Mesh, Telemetry } from "../catalog";
import { metadata, type MeshObject, podLabels } from "./object";
import type { TelemetrySpec } from "./types/telemetry.gen";

/**
 * What the proxies of each namespace report, and of single services where they report in another way.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/
 */
export function telemetries(mesh: Mesh): MeshObject[] {
  return [...ofNamespaces(mesh), ...ofServices(mesh)];
}

function ofServices(mesh: Mesh): MeshObject[] {
  return mesh.services.flatMap(({ name, namespace, telemetry, path }) => {
    if (!telemetry) return [];
    return [
      {
        apiVersion: "telemetry.istio.io/v1",
        kind: "Telemetry",
        metadata: metadata(mesh, { name, namespace, from: [`${path}.telemetry`] }),
        spec: { selector: { matchLabels: podLabels(name) }, ...telemetrySpec(telemetry) },
      },
    ];
  });
}

function ofNamespaces(mesh: Mesh): MeshObject[] {
  const { telemetry } = mesh;
  if (!telemetry) return [];
  return mesh.namespaces.map((namespace) => ({
    apiVersion: "telemetry.istio.io/v1",
    kind: "Telemetry",
    metadata: metadata(mesh, { name: "default", namespace, from: ["telemetry"] }),
    spec: telemetrySpec(telemetry),
  }));
}

function telemetrySpec({ metrics, tracing, accessLogging, auditLogging }: Telemetry): TelemetrySpec {
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
