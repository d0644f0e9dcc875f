import type { Mesh } from "../catalog";
import { type GatewayServer, type Model, objectsOf } from "../effect";

/** What others provide to the mesh, as the catalog names it. A laboratory has nothing else. */
export interface Provided {
  /** Secrets with the certificates of gateways and of their clients' CAs, as `<namespace>/<name>`. */
  readonly secrets: ReadonlySet<string>;
  /** URL of the key set of each issuer that names one. */
  readonly keySets: ReadonlyMap<string, string>;
}

export function providedFor({ gateways, jwtRules }: Mesh): Provided {
  const secrets = gateways.flatMap(({ pods: { namespace }, hosts }) =>
    hosts.flatMap(({ tls: { credentialName, caCertCredentialName } }) =>
      [credentialName, caCertCredentialName].flatMap((name) =>
        name === undefined ? [] : [`${namespace}/${name}`],
      ),
    ),
  );
  const keySets = jwtRules.flatMap(({ issuer, jwksUri }) =>
    jwksUri === undefined ? [] : [[issuer, jwksUri] as const],
  );
  return { secrets: new Set(secrets), keySets: new Map(keySets) };
}

/**
 * Whether a Secret is provided. istiod reads a CA's Secret by the name with the suffix, or without it.
 *
 * @param name name of the Secret, as a Gateway or istiod's configuration has it.
 */
export function isProvided({ secrets }: Provided, namespace: string, name: string): boolean {
  return [name, name.replace(/-cacert$/, "")].some((one) => secrets.has(`${namespace}/${one}`));
}

/** Whether a gateway's server terminates TLS with a Secret that is not provided, or with none. */
export function lacksCertificate(
  provided: Provided,
  model: Model,
  { from, port, hosts }: GatewayServer,
  namespace: string,
): boolean {
  const all = objectsOf(model, "Gateway", "networking.istio.io")
    .filter(({ name, namespace }) => name === from.name && namespace === from.namespace)
    .flatMap(({ spec }) => (spec as { readonly servers?: readonly Server[] }).servers ?? []);
  const own = all.find(
    (one) =>
      one.port?.number === port &&
      one.hosts?.some((host) => hosts.some((known) => host.toLowerCase().endsWith(known.host))) === true,
  );
  const { mode = "", credentialName, credentialNames = [], caCertCredentialName } = own?.tls ?? {};
  const certificates = [...credentialNames, ...(credentialName === undefined ? [] : [credentialName])];
  const names = [...certificates, ...(caCertCredentialName === undefined ? [] : [caCertCredentialName])];
  const terminates = ["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"].includes(mode);
  return (
    (terminates && certificates.length === 0) || names.some((name) => !isProvided(provided, namespace, name))
  );
}

interface Server {
  readonly port?: { readonly number?: number };
  readonly hosts?: readonly string[];
  readonly tls?: {
    readonly mode?: string;
    readonly credentialName?: string;
    readonly credentialNames?: readonly string[];
    readonly caCertCredentialName?: string;
  };
}

/** Whether a RequestAuthentication reads the keys of its issuer elsewhere than the catalog says. */
export function readsOtherKeys({ keySets }: Provided, model: Model, issuer: unknown): boolean {
  const declared = keySets.get(String(issuer));
  if (declared === undefined) return false;
  return objectsOf(model, "RequestAuthentication", "security.istio.io")
    .flatMap(({ spec }) => (spec as { readonly jwtRules?: readonly Rule[] }).jwtRules ?? [])
    .some((rule) => rule.issuer === issuer && rule.jwksUri !== declared);
}

interface Rule {
  readonly issuer?: string;
  readonly jwksUri?: string;
}
