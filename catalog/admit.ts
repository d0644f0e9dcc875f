import { z } from "zod";
import { callFields, type CallDefinition, dryRunSchema } from "./call";
import { type Edge, normalizeEdge, type Source, sourceOf, type Target } from "./edge";
import { sortedEntries } from "./order";
import { formatPath } from "./path";
import type { Shape } from "./shape";

/**
 * A caller outside of the catalog, such as Prometheus, which scrapes `/metrics`: its namespace, its service account,
 * and the requests that it may send. It must use mutual TLS with a certificate of the mesh, so its pods need a proxy of
 * the mesh. It is rendered to a rule of the service's AuthorizationPolicy and NetworkPolicy.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source
 */
export interface AdmitDefinition extends Pick<
  CallDefinition,
  "port" | "methods" | "paths" | "endUser" | "dryRun"
> {
  readonly namespace: string;
  /** The caller's service account. Default: every service account of the namespace. */
  readonly serviceAccount?: string;
}

export const admitSchema: z.ZodType<AdmitDefinition> = z.strictObject({
  namespace: z.string(),
  serviceAccount: z.string().optional(),
  port: callFields.port,
  methods: callFields.methods,
  paths: callFields.paths,
  endUser: callFields.endUser,
  dryRun: dryRunSchema,
} satisfies Shape<AdmitDefinition>);

/** The edges from the admitted callers of a service, sorted by name. */
export function edgesOfAdmit(
  target: Target,
  admit: Readonly<Record<string, AdmitDefinition>>,
  trustDomain: string,
): Edge[] {
  return sortedEntries(admit).map(([name, { namespace, serviceAccount, ...call }]) => {
    const source: Source =
      serviceAccount === undefined
        ? { kind: "outside", name, namespace }
        : sourceOf("outside", name, namespace, serviceAccount, trustDomain);
    return normalizeEdge(source, call, target, formatPath(["services", target.name, "admit", name]));
  });
}
