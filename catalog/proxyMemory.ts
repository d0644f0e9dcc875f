/**
 * Coefficients of the memory of a sidecar or gateway. `bench/sidecarMemory.ts` measured them on 2026-11-26, with a real
 * Envoy 1.40, two worker threads, from 6 to 6,003 clusters, and the routes that istiod sends.
 */
export const proxyMemory = {
  /** Bytes of memory without any cluster. */
  base: 65e6,
  /** Bytes of memory for each byte of configuration. */
  perByte: 43,
  /** Percent by which a measured value differs from the model at most. */
  error: 2,
} as const;

/** The memory of Envoy with a configuration of so many bytes. Requests, and Istio's agent beside Envoy, need more. */
export function memoryFor(bytes: number): number {
  return proxyMemory.base + proxyMemory.perByte * bytes;
}
