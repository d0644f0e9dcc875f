import { applies, isWide } from "../effect/selection";
import type { Provider } from "./istiodValues";
import { type KnownObject, type Model, objectsOf, type Workload } from "../effect";

/** What a workload's proxy reports of requests. */
export interface Reported {
  /** Where spans are sent, and the percentage of requests that are traced. Undefined if no provider has them. */
  readonly tracing?: { readonly service: string; readonly port: number; readonly sampling: number };
  readonly logs: readonly AccessLog[];
}

/** An access log of a proxy. */
export interface AccessLog {
  readonly provider: string;
  /** CEL expression that a logged request matches. Default: every request is logged. */
  readonly filter?: string;
  readonly disabled: boolean;
}

interface Spec {
  readonly tracing?: readonly (Named & { readonly randomSamplingPercentage?: number })[];
  readonly accessLogging?: readonly (Named & {
    readonly disabled?: boolean;
    readonly filter?: { readonly expression?: string };
  })[];
}

interface Named {
  readonly providers?: readonly { readonly name?: string }[];
}

/**
 * Returns what the proxy of a workload reports. Each field is that of the most specific Telemetry which has it. The
 * order is that of the workload, of its namespace and of the root namespace. Of two alike, the oldest is used.
 *
 * @param providers of the mesh configuration.
 * @see https://istio.io/latest/docs/reference/config/telemetry/
 */
export function reportedBy(model: Model, workload: Workload, providers: readonly Provider[]): Reported {
  const own = objectsOf(model, "Telemetry", "telemetry.istio.io")
    .filter((one) => rankOf(model, workload, one) < 3)
    .toSorted((one, other) => rankOf(model, workload, one) - rankOf(model, workload, other))
    .map(({ spec }) => spec as Spec);
  const tracing = own.find((one) => one.tracing !== undefined)?.tracing?.[0];
  const logs = own.find((one) => one.accessLogging !== undefined)?.accessLogging ?? [];
  const { service, port } =
    providers.find(({ name }) => name === tracing?.providers?.[0]?.name)?.opentelemetry ?? {};
  return {
    ...(service !== undefined && {
      tracing: { service, port: port ?? 0, sampling: tracing?.randomSamplingPercentage ?? 0 },
    }),
    logs: logs.flatMap(({ providers: named = [], filter, disabled = false }) =>
      named.map(({ name = "" }) => ({
        provider: name,
        disabled,
        ...(filter?.expression !== undefined && { filter: filter.expression }),
      })),
    ),
  };
}

/** How specific a Telemetry is for a workload: 0 for the workload itself, and 3 if it does not apply. */
function rankOf({ settings }: Model, workload: Workload, telemetry: KnownObject): number {
  const isOwn = telemetry.namespace === workload.namespace;
  if (!isWide(telemetry)) return isOwn && applies(telemetry, workload) ? 0 : 3;
  return isOwn ? 1 : telemetry.namespace === settings.rootNamespace ? 2 : 3;
}
