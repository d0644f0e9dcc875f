import { neverInjected } from "../policy-pack/facts";
import { egressGateway } from "./externalService";
import type { Gateway } from "./gateway";
import type { Mesh, MeshDefinition } from "./mesh";
import { compare } from "./order";
import type { Service } from "./service";

/**
 * Whether the catalog can't own a namespace. It belongs to Kubernetes, to the control plane or to a gateway, or the
 * catalog declares it as shared.
 *
 * @param gateways namespaces of the pods of gateways.
 */
function isShared(
  namespace: string,
  {
    sharedNamespaces = [],
    rootNamespace,
  }: Pick<MeshDefinition, "sharedNamespaces"> & Pick<Mesh, "rootNamespace">,
  gateways: ReadonlySet<string>,
): boolean {
  return (
    namespace === "default" ||
    namespace.startsWith("kube-") ||
    neverInjected.includes(namespace) ||
    namespace === rootNamespace ||
    gateways.has(namespace) ||
    sharedNamespaces.includes(namespace)
  );
}

/** Whether the catalog owns a namespace. Only there it renders objects that apply to all pods. */
export function owns({ ownNamespaces }: Pick<Mesh, "ownNamespaces">, namespace: string): boolean {
  return ownNamespaces.includes(namespace);
}

/**
 * The name of an object that does not belong to a service. In a shared namespace the catalog's name is appended, so
 * that objects of two catalogs have different names.
 */
export function nameIn(mesh: Pick<Mesh, "name" | "ownNamespaces">, namespace: string, name: string): string {
  return owns(mesh, namespace) ? name : `${name}-${mesh.name}`;
}

/** The namespaces of a mesh's services and gateways, sorted, and those that the catalog owns. */
export function normalizeNamespaces(
  definition: Pick<MeshDefinition, "sharedNamespaces"> & Pick<Mesh, "rootNamespace">,
  services: readonly Pick<Service, "namespace">[],
  gateways: readonly Pick<Gateway, "namespace" | "pods">[],
): Pick<Mesh, "namespaces" | "ownNamespaces"> {
  const ofGateways = new Set([egressGateway.release, ...gateways.map(({ pods }) => pods.namespace)]);
  const all = [...services, ...gateways].map(({ namespace }) => namespace);
  const namespaces = [...new Set(all)].sort(compare);
  return {
    namespaces,
    ownNamespaces: namespaces.filter((namespace) => !isShared(namespace, definition, ofGateways)),
  };
}
