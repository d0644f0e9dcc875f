import type { Manifest } from "../mesh";

const annotation = "pulumi.com/skipAwait";

/**
 * Returns an object as it is declared to Pulumi. A Service gets an annotation that keeps the provider from waiting for
 * it. Otherwise the provider waits at least ten seconds for each Service, and up to ten minutes for a pod of another
 * tool. Workloads wait for their own pods, and no object depends on a Service. An annotation of the catalog has
 * precedence.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/#pulumi-annotations
 */
export function withSkipAwait(object: Manifest): Manifest {
  if (!isService(object)) return object;
  const annotations = { [annotation]: "true", ...object.metadata.annotations };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Returns the inputs of an object without the annotation that {@link withSkipAwait} adds. */
export function withoutSkipAwait(
  inputs: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { annotations, ...metadata } = (inputs.metadata ?? {}) as {
    readonly annotations?: Readonly<Record<string, unknown>>;
  };
  if (!isService(inputs) || annotations?.[annotation] === undefined) return inputs;
  const own = Object.entries(annotations).filter(([key]) => key !== annotation);
  return {
    ...inputs,
    metadata: { ...metadata, ...(own.length > 0 && { annotations: Object.fromEntries(own) }) },
  };
}

function isService({
  apiVersion,
  kind,
}: {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
}): boolean {
  return apiVersion === "v1" && kind === "Service";
}
