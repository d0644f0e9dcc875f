import { z } from "zod";
import { callFields, type CallDefinition } from "./call";
import { type Edge, normalizeEdge, type Source, sourceOf, type Target } from "./edge";
import { sortedEntries } from "./order";
import { formatPath } from "./path";
import type { Shape } from "./shape";

/**
 * A caller that no catalog declares, such as Prometheus that reads `/metrics`: its namespace and, better, its
 * service account, and what it may ask. It must speak mutual TLS as everybody else: a pod with a proxy of the
 * mesh, or with a certificate of it.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/#Source
 */
export interface AdmitDefinition extends Pick<CallDefinition, "port" | "methods" | "paths" | "endUser"> {
  readonly namespace: string;
  /** Default: every account of the namespace. */
  readonly serviceAccount?: string;
}

export const admitSchema: z.ZodType<AdmitDefinition> = z.strictObject({
  namespace: z.string(),
  serviceAccount: z.string().optional(),
  port: callFields.port,
  methods: callFields.methods,
  paths: callFields.paths,
  endUser: callFields.endUser,
} satisfies Shape<AdmitDefinition>);

/** The edges from the callers that a service admits, sorted by their names. */
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
