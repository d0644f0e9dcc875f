import { type Model, type Workload, workloadsSelected } from "../../effect";
import { UserError } from "../../errors/userError";
import { gatewayError, isNamed, listed, namesOfHost, onlyOne, placeOf } from "./names";

/** `[spiffe://][<trust domain>/]ns/<namespace>/sa/<name>`: the identity of a service account. */
const principal = /^(?:spiffe:\/\/(?=[^/]+\/ns\/))?(?:([^/]+)\/)?ns\/([^/]+)\/sa\/([^/]+)$/;

/** What follows the name of a workload in that of its pod: `-5d9f8b7c6-x2x4z` of a Deployment, `-0` of a StatefulSet. */
const podSuffix = /^-(?:(?:[a-z0-9]{1,10}-)?[bcdfghjklmnpqrstvwxz2-9]{5}|\d+)$/;

/**
 * Finds the workload of a client. `web` and `shop/web` name a workload, a service, a service account or a pod. A
 * service is also `web.shop`, and an identity is `ns/shop/sa/web`. An identity that no workload has is that of an
 * assumed pod with a proxy and without labels.
 *
 * @throws {UserError} if there is none, or more than one, or if it is a gateway.
 */
export function clientOf(model: Model, name: string): Workload {
  const found =
    only(
      name,
      "workload",
      matching(model.workloads, name, ({ name: own }) => own),
    ) ??
    ofIdentity(model, name) ??
    ofService(model, name) ??
    ofAccount(model, name) ??
    workloadOfPod(model, name);
  if (found && found.proxy !== "gateway") return withAccount(found);
  const gateway = gatewayError(model, found ? placeOf(found) : name);
  if (gateway) throw gateway;
  const known = model.workloads.filter(({ proxy }) => proxy !== "gateway").map((one) => one.name);
  throw new UserError({
    problem: `There is no client "${name}".`,
    fix: `Name ${known.length === 0 ? "" : `one of: ${listed(known, name)}, or `}a service account: ns/<namespace>/sa/<name>.`,
  });
}

/** Finds the workload whose pods have a name. */
export function workloadOfPod({ workloads }: Model, pod: string): Workload | undefined {
  const found = workloads.filter((one) =>
    [one.name, placeOf(one)].some(
      (name) => pod.startsWith(`${name}-`) && podSuffix.test(pod.slice(name.length)),
    ),
  );
  // The pods of "cart-v1" begin with "cart", too.
  const longest = Math.max(...found.map(({ name }) => name.length));
  return only(
    pod,
    "pod",
    found.filter(({ name }) => name.length === longest),
  );
}

function matching(
  workloads: readonly Workload[],
  wanted: string,
  nameOf: (one: Workload) => string | undefined,
): Workload[] {
  return workloads.filter((one) => isNamed({ namespace: one.namespace, name: nameOf(one) ?? "" }, wanted));
}

/** The first of the workloads, which are in one namespace. */
function only(name: string, what: string, found: readonly Workload[]): Workload | undefined {
  return onlyOne(name, what, found, ({ namespace }) => namespace, placeOf);
}

function ofIdentity({ workloads, settings }: Model, name: string): Workload | undefined {
  const [, domain, namespace, serviceAccount] = principal.exec(name) ?? [];
  if (namespace === undefined || serviceAccount === undefined) return undefined;
  const { trustDomain, trustDomainAliases } = settings;
  if (domain !== undefined && domain !== trustDomain && !trustDomainAliases.includes(domain)) {
    throw new UserError({
      problem: `"${name}" has the trust domain ${domain}, and workloads of the mesh have ${trustDomain}.`,
      fix: `Name a service account of the mesh: ns/${namespace}/sa/${serviceAccount}`,
    });
  }
  const own = workloads.filter((one) => one.namespace === namespace && accountOf(one) === serviceAccount);
  const inMesh = own.find(({ proxy }) => proxy !== "none");
  return inMesh ?? own[0] ?? { name: serviceAccount, namespace, serviceAccount, labels: {} };
}

function ofService(model: Model, name: string): Workload | undefined {
  const services = model.services.filter(
    ({ selector, host }) => selector !== undefined && namesOfHost(model, host).includes(name),
  );
  const service = onlyOne(
    name,
    "service",
    services,
    ({ host }) => host,
    ({ host }) => host,
  );
  if (service === undefined) return undefined;
  const own = workloadsSelected(model.workloads, service.selector ?? {}, service.namespace);
  return onlyOne(
    name,
    "service account of the service's pods",
    own,
    ({ serviceAccount = "" }) => serviceAccount,
    placeOf,
  );
}

function ofAccount({ workloads }: Model, name: string): Workload | undefined {
  return only(name, "service account", matching(workloads, name, accountOf));
}

/** The service account of a workload. Undefined for assumed pods, whose service account is unknown. */
function accountOf({ assumed, serviceAccount }: Workload): string | undefined {
  return serviceAccount ?? (assumed ? undefined : "default");
}

/** A client whose service account is known. */
function withAccount(client: Workload): Workload {
  if (client.assumed === undefined || client.serviceAccount !== undefined) return client;
  throw new UserError({
    problem: `No object creates the pods of ${placeOf(client)}, so their service account is unknown.`,
    fix: `Name the service account as the client: ns/${client.namespace}/sa/<name>. Or add the Deployment to the manifests.`,
  });
}
