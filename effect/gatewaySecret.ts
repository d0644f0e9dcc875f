import { type Fields, has, textAt, textsAt } from "./field";

/** A Secret that the TLS settings of a Gateway's server name. Gateway proxies read it in the namespace of their own pods. */
export interface GatewaySecret {
  /** The field that names it, such as `credentialName`. Undefined if the CA is read from the certificate's Secret. */
  readonly field?: string;
  readonly name: string;
  /** What it is read for: a certificate with its key, or the CA that clients' certificates are verified with. */
  readonly use: "certificate" | "ca";
}

/** By this suffix of its name, istiod looks for a CA, and reads the Secret without it if there is none with it. */
const caSuffix = "-cacert";
const clientCertificates = new Set(["MUTUAL", "OPTIONAL_MUTUAL"]);

/**
 * The Secrets that the TLS settings of a Gateway's server name. Names with a scheme are not of Secrets, such as `builtin://`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings
 */
export function gatewaySecrets(tls: Fields): GatewaySecret[] {
  const certificates: GatewaySecret[] = has(tls, "credentialNames")
    ? textsAt(tls, "credentialNames").map((name, i) => certificate(`credentialNames[${i}]`, name))
    : [certificate("credentialName", textAt(tls, "credentialName") ?? "")];
  const own = textAt(tls, "caCertCredentialName");
  const ca: GatewaySecret | undefined =
    own === undefined
      ? certificates[0] && { name: certificates[0].name, use: "ca" }
      : { field: "caCertCredentialName", name: own, use: "ca" };
  const all = ca && clientCertificates.has(textAt(tls, "mode") ?? "") ? [...certificates, ca] : certificates;
  return all.filter(({ name }) => isSecretName(name));
}

/** Whether a name in TLS settings is that of a Secret. Names with a scheme are not, such as `builtin://`. */
export function isSecretName(name: string): boolean {
  return name !== "" && !name.includes("://");
}

/** The names of the Secrets that are read for one that is named: the first that exists counts. */
export function readNames({ name, use }: Pick<GatewaySecret, "name" | "use">): string[] {
  if (use === "certificate") return [name];
  const plain = name.endsWith(caSuffix) ? name.slice(0, -caSuffix.length) : name;
  return [plain + caSuffix, plain];
}

function certificate(field: string, name: string): GatewaySecret {
  return { field, name, use: "certificate" };
}
