import { CoreV1Api, type KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { hasGatewayTemplate } from "../../effect";
import { type Fields, fieldsOf } from "../../effect/field";
import { gatewaySecrets, isSecretName, readNames } from "../../effect/gatewaySecret";
import { selects } from "../../effect/object";
import { apiClient } from "../apiClient";
import type { Problem } from "../problem";
import { readSecret, type SecretContent } from "../secretContent";
import { expiryProblem } from "./expiry";
import type { JudgedObject, Snapshot } from "./snapshot";

/** A Secret that a gateway's proxies read, and the object that names it. */
export interface NamedSecret {
  readonly namespace: string;
  readonly name: string;
  /** The object that names it, such as `Gateway shop/public`. */
  readonly holder: string;
  readonly hosts: readonly string[];
  /** What it is read for: a certificate with its key, or the CA that the other side's certificates are verified with. */
  readonly use: "certificate" | "ca";
}

/** The TLS settings of a client. */
interface ClientTlsSettings {
  readonly mode?: string;
  readonly credentialName?: string;
  /** The server's certificate is not verified. */
  readonly insecureSkipVerify?: boolean;
}

type Specified = JudgedObject & { readonly spec?: unknown };

/** The fields of a Gateway that are read here. */
interface GatewaySpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly servers?: readonly { readonly hosts?: readonly string[]; readonly tls?: Fields }[];
}

interface ClientPolicy {
  readonly tls?: ClientTlsSettings;
  readonly portLevelSettings?: readonly { readonly tls?: ClientTlsSettings }[];
}

/** The fields of a DestinationRule that are read here. */
interface DestinationRuleSpec {
  readonly host?: string;
  readonly exportTo?: readonly string[];
  readonly workloadSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
  readonly trafficPolicy?: ClientPolicy;
  readonly subsets?: readonly { readonly trafficPolicy?: ClientPolicy }[];
}

/**
 * The Secrets that Gateways and DestinationRules name. Proxies read them from their own namespace. A DestinationRule counts if
 * the namespaces of its proxies are known: by its workloadSelector, or gateways in the namespaces that it is exported to.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings
 */
export function namedSecrets(snapshot: Pick<Snapshot, "objects" | "pods">): NamedSecret[] {
  const all = snapshot.objects.flatMap((object: Specified) =>
    object.kind === "Gateway"
      ? ofGateway(object, snapshot.pods)
      : object.kind === "DestinationRule"
        ? ofDestinationRule(object, snapshot.pods)
        : [],
  );
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function ofGateway(object: Specified, pods: readonly V1Pod[]): NamedSecret[] {
  const { selector, servers = [] } = (object.spec ?? {}) as GatewaySpec;
  const selected =
    selector === undefined ? [] : pods.filter((pod) => selects(selector, pod.metadata?.labels ?? {}));
  return servers.flatMap(({ hosts = [], tls }) =>
    gatewaySecrets(fieldsOf(tls)).flatMap(({ name, use }) => named(object, name, use, selected, hosts)),
  );
}

function ofDestinationRule(object: Specified, pods: readonly V1Pod[]): NamedSecret[] {
  const {
    host = "",
    exportTo = [],
    workloadSelector,
    trafficPolicy,
    subsets = [],
  } = (object.spec ?? {}) as DestinationRuleSpec;
  const own = object.metadata.namespace ?? "";
  const reached = new Set(exportTo.map((namespace) => (namespace === "." ? own : namespace)));
  const readers = pods.filter((pod) =>
    workloadSelector === undefined
      ? isGateway(pod) && reached.has(pod.metadata?.namespace ?? "")
      : pod.metadata?.namespace === own &&
        selects(workloadSelector.matchLabels ?? {}, pod.metadata.labels ?? {}),
  );
  const policies = [trafficPolicy, ...subsets.map((subset) => subset.trafficPolicy)];
  return policies
    .flatMap((policy) => [policy?.tls, ...(policy?.portLevelSettings ?? []).map(({ tls }) => tls)])
    .flatMap(({ mode = "", credentialName, insecureSkipVerify = false } = {}) => [
      ...(mode === "MUTUAL" ? named(object, credentialName, "certificate", readers, [host]) : []),
      ...(["SIMPLE", "MUTUAL"].includes(mode) && !insecureSkipVerify
        ? named(object, credentialName, "ca", readers, [host])
        : []),
    ]);
}

const isGateway = ({ metadata }: V1Pod): boolean => hasGatewayTemplate(metadata?.annotations ?? {});

/** One for each namespace of the proxies that read it. */
function named(
  { kind, metadata: { namespace: home = "", name: own } }: JudgedObject,
  name: string | undefined,
  use: NamedSecret["use"],
  readers: readonly V1Pod[],
  hosts: readonly string[],
): NamedSecret[] {
  if (name === undefined || !isSecretName(name)) return [];
  const namespaces = new Set(readers.map((pod) => pod.metadata?.namespace ?? ""));
  return [...namespaces].map((namespace) => ({
    namespace,
    name,
    holder: `${kind} ${home}/${own}`,
    hosts,
    use,
  }));
}

/** Reads the content of Secrets, keyed by `namespace/name`. */
export async function readSecrets(
  config: KubeConfig,
  secrets: readonly NamedSecret[],
): Promise<Map<string, SecretContent>> {
  const core = apiClient(config, CoreV1Api);
  const unique = new Map(
    secrets.flatMap((one) => readNames(one).map((name) => [`${one.namespace}/${name}`, { ...one, name }])),
  );
  return new Map(
    await Promise.all([...unique].map(async ([key, one]) => [key, await readSecret(core, one)] as const)),
  );
}

/**
 * The first value of the first list of keys that all have a value: istiod's order.
 *
 * @see https://github.com/istio/istio/blob/master/pilot/pkg/credentials/kube/secrets.go
 */
function firstOf(
  content: Readonly<Record<string, string>>,
  lists: readonly (readonly [string, ...string[]])[],
): string | undefined {
  const isSet = (key: string): boolean => (content[key] ?? "") !== "";
  const [found] = lists.find((keys) => keys.every(isSet)) ?? [];
  return found === undefined ? undefined : content[found];
}

/** Secrets of gateways that are missing or incomplete, and certificates that have expired or expire soon. */
export function secretProblems(
  secrets: readonly NamedSecret[],
  contents: ReadonlyMap<string, SecretContent>,
  now = new Date(),
): Problem[] {
  return secrets.flatMap((secret) => {
    const { namespace, use, holder, hosts } = secret;
    const names = readNames(secret);
    const name = names.find((one) => contents.get(`${namespace}/${one}`) !== undefined) ?? names.at(-1) ?? "";
    const content = contents.get(`${namespace}/${name}`);
    if (content === "denied") return [];
    const culprit = `Secret ${namespace}/${name}`;
    const served = hosts.map((host) => host.split("/").at(-1)).join(", ");
    const [unserved, refused] = holder.startsWith("Gateway ")
      ? [`so the gateway resets every TLS connection to ${served}`, `so clients of ${served} refuse it`]
      : [`so no connection to ${served} is opened`, `so ${served} refuses it`];
    const generic = `kubectl create secret generic ${name} -n ${namespace} --from-file=ca.crt`;
    const error = (problem: string): Problem[] => [
      {
        severity: "error",
        culprit,
        problem: `${problem}, ${unserved}.`,
        fix: `Create it: ${use === "ca" ? generic : `kubectl create secret tls ${name} -n ${namespace} --cert=tls.crt --key=tls.key`}; a stack's own: pulumi up; on the sandbox: meshwright up`,
      },
    ];
    if (content === undefined) {
      return error(
        use === "ca"
          ? `Neither it nor ${names[0]} exists, but ${holder} reads its CA there`
          : `It does not exist, but ${holder} names it`,
      );
    }
    if (use === "ca") {
      const ca = firstOf(content, [["cacert"], ["ca.crt"]]);
      if (ca === undefined) return error(`It lacks ca.crt, the CA that ${holder} verifies certificates with`);
      const expired = `so no certificate that it has issued is accepted for ${served}`;
      const found = expiryProblem(ca, { culprit, title: "CA certificate", which: "latest", expired }, now);
      return found === "unreadable" ? error("Its ca.crt is not a certificate") : found;
    }
    const encoded = firstOf(content, [
      ["cert", "key"],
      ["tls.crt", "tls.key"],
    ]);
    if (encoded === undefined) return error("It lacks tls.crt or tls.key");
    const found = expiryProblem(
      encoded,
      { culprit, title: "certificate", which: "first", expired: refused },
      now,
    );
    return found === "unreadable" ? error("Its tls.crt is not a certificate") : found;
  });
}
