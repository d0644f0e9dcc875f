import type { CustomObject } from "../apiClient";
import type { Problem } from "../problem";

/** A Telemetry, as far as it names its catalog and the pods that it selects. */
interface TelemetryObject extends CustomObject {
  readonly kind: string;
  readonly metadata: CustomObject["metadata"] & { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> } };
}

/**
 * Telemetry objects of two catalogs that select the same pods, such as those of a gateway that both use: Istio applies
 * only the oldest. The checks can't find them, since they read one catalog.
 */
export function sharedTelemetry(objects: readonly CustomObject[]): Problem[] {
  const selecting = (objects as readonly TelemetryObject[]).filter(
    ({ kind, metadata: { labels = {} }, spec }) =>
      kind === "Telemetry" &&
      labels["app.kubernetes.io/managed-by"] === "meshwright" &&
      spec?.selector?.matchLabels !== undefined,
  );
  const byPods = Map.groupBy(selecting, ({ metadata: { namespace = "" }, spec }) =>
    JSON.stringify([namespace, Object.entries(spec?.selector?.matchLabels ?? {}).sort()]),
  );
  return [...byPods.values()].flatMap(([first, ...others]): Problem[] =>
    others
      .filter((other) => catalogOf(other) !== catalogOf(first))
      .map((other) => ({
        severity: "warning",
        culprit: titleOf(other),
        problem: `The catalogs "${catalogOf(first)}" and "${catalogOf(other)}" both have a Telemetry for these pods, the first one ${titleOf(first)}: Istio applies only the older one.`,
        fix: `Set telemetry.gateways to false in one of the catalogs, and deploy it again: pulumi up`,
      })),
  );
}

function catalogOf(object: TelemetryObject | undefined): string {
  return object?.metadata.labels?.["app.kubernetes.io/part-of"] ?? "";
}

function titleOf(object: TelemetryObject | undefined): string {
  return `Telemetry ${object?.metadata.namespace ?? ""}/${object?.metadata.name ?? ""}`;
}
