import { z } from "zod";
import type { Shape } from "./shape";

/**
 * How a gateway serves a host: with TLS that it terminates, with TLS that the service terminates, or as plaintext.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings
 */
export interface TlsDefinition {
  /**
   * - `SIMPLE`: The gateway terminates TLS with the host's certificate.
   * - `MUTUAL`: As `SIMPLE`, and clients must present a certificate of the CA.
   * - `OPTIONAL_MUTUAL`: As `MUTUAL`, but clients may present no certificate.
   * - `PASSTHROUGH`: The gateway forwards TLS connections by their SNI, and the service terminates TLS. The host has one
   *   route, to a port with the protocol `tls`.
   * - `DISABLE`: The gateway serves plaintext HTTP on port 80. Check MW530 refuses it in `prod` without `terminatedBy`.
   *
   * Default: `SIMPLE`.
   *
   * @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode
   */
  readonly mode?: GatewayTlsMode;
  /**
   * Secret of type `kubernetes.io/tls` in the namespace of the gateway's pods. Required with the modes `SIMPLE`, `MUTUAL`
   * and `OPTIONAL_MUTUAL`, refused with the others. Default: none.
   */
  readonly credentialName?: string;
  /**
   * Secret with the CA of client certificates, in the namespace of the gateway's pods, for `MUTUAL` and
   * `OPTIONAL_MUTUAL`. The Gateway names it with the suffix `-cacert`, by which istiod reads it as a CA. Default: the key `ca.crt` of the Secret `credentialName`, or the Secret `<credentialName>-cacert`.
   *
   * @see https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/#configure-a-mutual-tls-ingress-gateway
   */
  readonly caCertCredentialName?: string;
  /** Oldest TLS version that the gateway accepts. Default: TLSV1_2. */
  readonly minProtocolVersion?: "TLSV1_2" | "TLSV1_3";
  /**
   * `loadBalancer` with the mode `DISABLE`: a load balancer in front of the gateway terminates TLS, and redirects plain HTTP.
   * The gateway itself redirects nothing. It keeps the load balancer's `X-Forwarded-Proto` only if the gateway's
   * `numTrustedProxies` is at least 1. Default: none.
   *
   * @see https://istio.io/latest/docs/ops/configuration/traffic-management/network-topologies/
   */
  readonly terminatedBy?: "loadBalancer";
}

export type GatewayTlsMode = (typeof gatewayTlsModes)[number];

const gatewayTlsModes = ["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL", "PASSTHROUGH", "DISABLE"] as const;

/** TLS of a host with its defaults resolved. */
export interface GatewayTls extends TlsDefinition {
  readonly mode: GatewayTlsMode;
  readonly minProtocolVersion: "TLSV1_2" | "TLSV1_3";
}

/** Whether the gateway terminates TLS, so that it needs the host's certificate. */
export function terminates({ mode = "SIMPLE" }: Pick<TlsDefinition, "mode">): boolean {
  return mode !== "PASSTHROUGH" && mode !== "DISABLE";
}

/** Resolves the defaults. */
export function normalizeGatewayTls(definition: TlsDefinition): GatewayTls {
  return { mode: "SIMPLE", minProtocolVersion: "TLSV1_2", ...definition };
}

const unterminated = { properties: { mode: { enum: ["PASSTHROUGH", "DISABLE"] } }, required: ["mode"] };
const mutual = { properties: { mode: { enum: ["MUTUAL", "OPTIONAL_MUTUAL"] } }, required: ["mode"] };
const plaintext = { properties: { mode: { const: "DISABLE" } }, required: ["mode"] };
const without = (field: string): object => ({ not: { required: [field] } });

/** Fields of Istio's ServerTLSSettings that a catalog does not have, with what it has instead. */
const otherFields: Readonly<Partial<Record<string, string>>> = {
  caCertificates:
    "name the Secret with the CA certificate in caCertCredentialName: the gateway reads no files",
  serverCertificate: "name the Secret with the certificate in credentialName: the gateway reads no files",
  privateKey: "name the Secret with the certificate in credentialName: the gateway reads no files",
  httpsRedirect: "remove it: the gateway redirects plain HTTP of every host for which it terminates TLS",
};

/** Instructions for a value that is no object, and for unknown fields. Other errors keep their own. */
const whenAbsent = {
  error: ({ code, keys }: { readonly code?: string; readonly keys?: readonly string[] }) =>
    code === "unrecognized_keys"
      ? keys?.map((key) => otherFields[key]).find(Boolean)
      : code === "invalid_type"
        ? 'write { credentialName: "…" } with the Secret of the host\'s certificate, or { mode: "DISABLE", terminatedBy: "loadBalancer" } if a load balancer in front terminates TLS'
        : undefined,
};

export const gatewayTlsSchema: z.ZodType<TlsDefinition> = z
  .strictObject(
    {
      mode: z.enum(gatewayTlsModes).optional(),
      credentialName: z.string().optional(),
      caCertCredentialName: z.string().optional(),
      minProtocolVersion: z.enum(["TLSV1_2", "TLSV1_3"]).optional(),
      terminatedBy: z.literal("loadBalancer").optional(),
    } satisfies Shape<TlsDefinition>,
    whenAbsent,
  )
  .refine((tls) => terminates(tls) === (tls.credentialName !== undefined), {
    path: ["credentialName"],
    params: {
      fix: "give credentialName, the Secret with the host's certificate; only the modes PASSTHROUGH and DISABLE have none",
    },
  })
  .refine(
    ({ mode = "", caCertCredentialName }) => caCertCredentialName === undefined || mode.endsWith("MUTUAL"),
    { params: { fix: "remove caCertCredentialName, or set mode to MUTUAL or OPTIONAL_MUTUAL" } },
  )
  .refine(({ mode, terminatedBy }) => terminatedBy === undefined || mode === "DISABLE", {
    params: { fix: "remove terminatedBy, or set mode to DISABLE: the gateway then serves plaintext" },
  })
  .meta({
    allOf: [
      {
        anyOf: [
          { required: ["credentialName"], not: unterminated },
          { ...unterminated, ...without("credentialName") },
        ],
      },
      { anyOf: [mutual, without("caCertCredentialName")] },
      { anyOf: [plaintext, without("terminatedBy")] },
    ],
  });
