import type { Mesh } from "../catalog";

/** An identity of the mesh. */
export interface MeshIdentity {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Namespace with injection that the catalog does not have, and the one without injection. */
export const strangerNamespace = "prove-stranger";
export const unmeshedNamespace = "prove-unmeshed";

/** The SPIFFE identity without its scheme. */
export function principalOf({ trustDomain }: Mesh, { namespace, serviceAccount }: MeshIdentity): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`;
}

/**
 * The identities from which every service is called. These are all services, gateways and admitted callers, the default
 * service account of each namespace, and a stranger of another injected namespace.
 */
export function identitiesOf(mesh: Mesh): MeshIdentity[] {
  const all: MeshIdentity[] = [
    ...mesh.services.map(({ namespace, serviceAccount }) => ({
      namespace,
      serviceAccount: serviceAccount.name,
    })),
    ...mesh.gateways.map(({ pods: { namespace, serviceAccount } }) => ({ namespace, serviceAccount })),
    ...mesh.services
      .flatMap(({ incoming }) => incoming)
      .filter(({ source }) => source.kind === "outside")
      .map(({ source }) => ({
        namespace: source.namespace,
        serviceAccount: source.principal?.split("/").at(-1) ?? "default",
      })),
    ...mesh.ownNamespaces.map((namespace) => ({ namespace, serviceAccount: "default" })),
    { namespace: strangerNamespace, serviceAccount: "default" },
  ];
  return [...new Map(all.map((one) => [`${one.namespace}/${one.serviceAccount}`, one])).values()];
}
