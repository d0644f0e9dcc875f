import { z } from "zod";
import type { Port } from "./port";
import type { Shape } from "./shape";

/**
 * Whether a workload accepts plaintext besides mutual TLS. `STRICT`: never. `PERMISSIVE`: both, for a migration or an
 * emergency. PERMISSIVE alone admits no plaintext client. A plaintext request has no identity, so AuthorizationPolicies
 * that match principals answer it with 403, or close the TCP connection. To admit such clients, add a rule with
 * `ipBlocks` in an override of the service's AuthorizationPolicy.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/#PeerAuthentication-MutualTLS-Mode
 */
export type MtlsMode = (typeof mtlsModes)[number];

const mtlsModes = ["STRICT", "PERMISSIVE"] as const;

/**
 * Mutual TLS of a service, which applies instead of the namespace's and the mesh's mode. It is rendered to a
 * PeerAuthentication.
 */
export interface MtlsDefinition {
  /** Mode of all ports. Default: STRICT. */
  readonly mode?: MtlsMode;
  /** Modes of single ports, keyed by port name. Default: `mode`. */
  readonly ports?: Readonly<Record<string, MtlsMode>>;
}

/** Mutual TLS with its defaults resolved. */
export interface Mtls {
  readonly mode: MtlsMode;
  /** Ports with their own mode, sorted by number. */
  readonly ports: readonly { readonly name: string; readonly targetPort: number; readonly mode: MtlsMode }[];
}

const mode = z.enum(mtlsModes);

export const mtlsSchema: z.ZodType<MtlsDefinition> = z.strictObject({
  mode: mode.optional(),
  ports: z.record(z.string(), mode).optional(),
} satisfies Shape<MtlsDefinition>);

export function normalizeMtls(
  { mode: whole = "STRICT", ports = {} }: MtlsDefinition,
  all: readonly Port[],
): Mtls {
  return {
    mode: whole,
    ports: all.flatMap(({ name, targetPort }) => {
      const own = ports[name];
      return own === undefined ? [] : [{ name, targetPort, mode: own }];
    }),
  };
}
