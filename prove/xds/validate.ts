import { execa } from "execa";
import { gatewayProxies, type Mesh } from "../../catalog";
import type { Model, Workload } from "../../effect";
import { createCertificateAuthority, type SignedPair } from "../laboratory/certificates";
import { signalIn } from "../laboratory/processes";
import { workloadsOf } from "../model";
import type { Proof } from "../question";
import { bootstrapOf } from "./bootstrap";
import type { ProxyConfiguration } from "./proxy";

/** Whether Envoy accepts what istiod sends to the proxies of each service and gateway. */
export interface Validated {
  readonly model: Model;
  readonly mesh: Mesh;
  readonly configurations: ReadonlyMap<Workload, ProxyConfiguration>;
}

/** How many proxies one Envoy validates at once. */
const together = 250;

/** Envoy reads a pipe, so that no file is left however this process ends. Node.js has a socket instead, which can't be opened. */
const validation = 'cat | "$1" --mode validate --log-level critical -c /dev/fd/0';

/**
 * Lets an Envoy validate the configurations of all proxies of services and gateways, many at once. Only if it rejects them,
 * ever fewer are validated together, until each rejection has its proxy.
 *
 * @param envoy path of an upstream Envoy, which has none of Istio's own extensions: those are left out.
 */
export async function validationProofs(envoy: string, subject: Validated): Promise<Proof[]> {
  const owners = ownersIn(subject);
  const configurations = new Set(
    owners.flatMap(({ workloads }) => workloads.flatMap((one) => subject.configurations.get(one) ?? [])),
  );
  const { sign } = await createCertificateAuthority();
  const pair = await sign(["validation"]);
  const rejected = await rejectionsOf({ envoy, pair }, [...configurations]);
  return owners.flatMap((owner) => proofOf(owner, subject, rejected));
}

/** A service or a gateway, and the workloads of its proxies. */
interface Owner {
  readonly path: string;
  readonly name: string;
  readonly workloads: readonly Workload[];
}

function ownersIn({ model, mesh }: Validated): Owner[] {
  return [
    ...mesh.services.map(({ path, name }) => ({ path, name, workloads: workloadsOf(model, mesh, name) })),
    ...gatewayProxies(mesh).map(({ paths: [path = "gateways"], namespace, name }) => ({
      path,
      name: `${namespace}/${name}`,
      workloads: model.workloads.filter((one) => one.namespace === namespace && one.name === name),
    })),
  ];
}

function proofOf(
  { path, name, workloads }: Owner,
  { configurations }: Validated,
  rejected: ReadonlyMap<ProxyConfiguration, string>,
): Proof[] {
  const own = workloads.flatMap((workload) => {
    const configuration = configurations.get(workload);
    return configuration === undefined ? [] : [{ workload, message: rejected.get(configuration) }];
  });
  if (own.length === 0) return [];
  const common = { path, claim: `Envoy accepts the configuration of the proxies of ${name}` };
  const open = own.find(({ message }) => message !== undefined);
  if (open?.message === undefined) return [{ ...common, verdict: "proven", requests: own.length }];
  const reason = reasonOf(open.message);
  if (reason !== undefined) return [{ ...common, verdict: "not provable here", requests: 0, reason }];
  const { namespace, name: proxy } = open.workload;
  const request = `envoy --mode validate with the configuration of ${namespace}/${proxy}`;
  const counterexample = { request, expected: "accepted", seen: open.message };
  return [{ ...common, verdict: "refuted", requests: own.length, counterexample }];
}

/** Why a message shows no mistake: it names an extension or a file that only the proxy's container has, or who ended Envoy. */
function reasonOf(message: string): string | undefined {
  // As the kernel does when memory is short. Envoy's own crash is a mistake of the configuration.
  if ([`${endedBy} SIGKILL`, `${endedBy} SIGTERM`].includes(message)) return message;
  const [, named, typed = named] =
    /Didn't find a registered implementation for '?([^' ]+)|could not find @type '([^']+)'/.exec(message) ??
    [];
  if (typed !== undefined) return `upstream Envoy lacks the extension ${typed}`;
  const [, file] = /(?:unable to read file|Invalid path|file not found)[^/]*(\/\S+)/.exec(message) ?? [];
  return file === undefined ? undefined : `this machine lacks the file ${file}`;
}

interface Validator {
  readonly envoy: string;
  readonly pair: SignedPair;
}

async function rejectionsOf(
  validator: Validator,
  configurations: readonly ProxyConfiguration[],
): Promise<Map<ProxyConfiguration, string>> {
  const [only] = configurations;
  if (only === undefined) return new Map();
  const message =
    configurations.length > together ? "too many" : await rejectionOf(validator, configurations);
  if (message === undefined) return new Map();
  if (configurations.length === 1) return new Map([[only, message]]);
  const half = Math.ceil(configurations.length / 2);
  const [one, other] = [configurations.slice(0, half), configurations.slice(half)];
  return new Map([...(await rejectionsOf(validator, one)), ...(await rejectionsOf(validator, other))]);
}

/** Why Envoy rejects configurations. Undefined if it accepts them. */
async function rejectionOf(
  { envoy, pair }: Validator,
  configurations: readonly ProxyConfiguration[],
): Promise<string | undefined> {
  const input = JSON.stringify(bootstrapOf(configurations, pair));
  const { exitCode, signal, all } = await execa("/bin/sh", ["-c", validation, "sh", envoy], {
    reject: false,
    all: true,
    input,
  });
  if (exitCode === 0) return undefined;
  const ended = signal ?? signalIn(exitCode ?? 0);
  if (ended !== undefined) return `${endedBy} ${ended}`;
  const [, message = all] = /error initializing configuration '[^']*': ([\s\S]*)/.exec(all) ?? [];
  // Envoy repeats the whole bootstrap after some of its messages.
  const [own = ""] = message.split('): {"node"');
  return own.replace(/\s+/g, " ").trim().slice(0, 500);
}

const endedBy = "Envoy was ended by";
