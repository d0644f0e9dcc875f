import { isWide } from "./selection";
import { attached } from "./attachment";
import { bypassesInbound } from "./bypass";
import { fieldsAt, textAt } from "./field";
import type { Model } from "./model";
import { type KnownObject, nameOf, type ObjectName } from "./object";
import { perWorkload } from "./perWorkload";
import type { Workload } from "./workload";

/** Whether a proxy requires (`STRICT`), accepts (`PERMISSIVE`) or never uses (`DISABLE`) mutual TLS. */
export type MtlsMode = "STRICT" | "PERMISSIVE" | "DISABLE";

/** What a workload's ports accept. */
export interface Inbound {
  /** Mode of every port that is not listed. Without a proxy it is `DISABLE`. */
  readonly mode: MtlsMode;
  /** Modes of single ports, by the workload's port. */
  readonly ports: ReadonlyMap<number, MtlsMode>;
  /** Ports that bypass the proxy: no identity is checked, and no policy applies. */
  readonly bypassed: (port: number) => boolean;
  /** The policies that decided, the most specific last. */
  readonly by: readonly ObjectName[];
}

/**
 * Returns the mode of mutual TLS of a workload's inbound connections, as the PeerAuthentications of the mesh, the
 * namespace and the workload say. The oldest of a level applies.
 *
 * @see https://istio.io/latest/docs/reference/config/security/peer_authentication/
 */
export const inbound = perWorkload((model, workload): Inbound => {
  if (workload.proxy === "none") {
    return { mode: "DISABLE", ports: new Map(), bypassed: () => true, by: [] };
  }
  if (workload.proxy === "gateway") {
    // The TLS of a gateway's ports is its servers'.
    return { mode: "PERMISSIVE", ports: new Map(), bypassed: () => false, by: [] };
  }
  const levels = levelsOf(model, workload);
  let mode: MtlsMode = "PERMISSIVE";
  for (const policy of levels) mode = modeOf(fieldsAt(policy?.spec, "mtls")) ?? mode;
  const own = levels.at(-1);
  const ports = new Map(
    Object.entries(fieldsAt(own?.spec, "portLevelMtls")).map(([port, mtls]) => [
      Number(port),
      modeOf(mtls) ?? mode,
    ]),
  );
  return {
    mode,
    ports,
    bypassed: (port) => bypassesInbound(workload, port),
    by: levels.filter((policy) => policy !== undefined).map(nameOf),
  };
});

/** Returns the mode of one port. */
export function modeAt({ mode, ports, bypassed }: Inbound, port: number): MtlsMode {
  return bypassed(port) ? "DISABLE" : (ports.get(port) ?? mode);
}

function levelsOf(model: Model, workload: Workload): (KnownObject | undefined)[] {
  const { rootNamespace } = model.settings;
  const policies = attached(model, "PeerAuthentication", "security.istio.io", workload);
  return [
    policies.find((policy) => isWide(policy) && policy.namespace === rootNamespace),
    policies.find((policy) => isWide(policy) && policy.namespace !== rootNamespace),
    // A selector in the root namespace selects nothing.
    policies.find((policy) => !isWide(policy) && policy.namespace !== rootNamespace),
  ];
}

function modeOf(mtls: unknown): MtlsMode | undefined {
  const mode = textAt(mtls, "mode");
  return mode === "STRICT" || mode === "PERMISSIVE" || mode === "DISABLE" ? mode : undefined;
}
