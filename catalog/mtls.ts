import { z } from "zod";
import type { Port } from "./port";
import type { Shape } from "./shape";

/**
 * Whether a workload accepts plain text besides mutual TLS. `STRICT`: never. `PERMISSIVE`: both, for a migration
 * or an emergency. That alone admits nobody: plain text has no identity, and the AuthorizationPolicies know callers by
 * nothing else, so they answer 403, or close the connection over TCP. Whom they shall admit without one needs a rule by
 * `ipBlocks`, in an override of the service's AuthorizationPolicy.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/#PeerAuthentication-MutualTLS-Mode
 */
export type MtlsMode = (typeof mtlsModes)[number];

const mtlsModes = ["STRICT", "PERMISSIVE"] as const;

/** What a service says by itself, so that it holds whatever its namespace and the mesh say. */
export interface MtlsDefinition {
  /** Default: STRICT. */
  readonly mode?: MtlsMode;
  /** By name of a port. Default: `mode`. */
  readonly ports?: Readonly<Record<string, MtlsMode>>;
}

/** With its defaults resolved. */
export interface Mtls {
  readonly mode: MtlsMode;
  /** Those that say something by themselves, by number. */
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
