import { canonicalNames, type Edge, type Mesh, type Service } from "../../catalog";

/** Finds services of a catalog by what metrics and access logs contain. */
export interface ServiceIndex {
  /** By the canonical name and the namespace of its pods. */
  readonly byCanonicalName: (namespace: string, name: string) => string | undefined;
  /** By the identity of its pods, with or without `spiffe://`. */
  readonly byIdentity: (identity: string) => string | undefined;
  /** By the host of a request, with or without a port. */
  readonly byHost: (host: string) => string | undefined;
}

/** Returns the index of a catalog's services. */
export function indexOf(mesh: Mesh): ServiceIndex {
  const index = (keys: (service: Service) => readonly string[]): ReadonlyMap<string, string> =>
    new Map(mesh.services.flatMap((service) => keys(service).map((key) => [key, service.name] as const)));
  const canonical = index((service) => canonicalNames(service).map((name) => `${service.namespace}/${name}`));
  const identities = index((service) => [principalOf(mesh, service)]);
  const hosts = index(({ name, namespace, host }) => [
    host,
    `${name}.${namespace}`,
    `${name}.${namespace}.svc`,
    ...(namespace === mesh.namespace ? [name] : []),
  ]);
  return {
    byCanonicalName: (namespace, name) => canonical.get(`${namespace}/${name}`),
    byIdentity: (identity) => identities.get(withoutScheme(identity)),
    byHost: (host) => hosts.get(host.replace(/:\d+$/, "").toLowerCase()),
  };
}

/** The identity of a service's pods, without its scheme. */
export function principalOf({ trustDomain }: Mesh, { namespace, serviceAccount }: Service): string {
  return `${trustDomain}/ns/${namespace}/sa/${serviceAccount.name}`;
}

export function withoutScheme(identity: string): string {
  return identity.replace(/^spiffe:\/\//, "");
}

/** Whether an edge admits an identity. An edge without a principal admits every service account of its namespace. */
export function isFrom({ source }: Edge, principal: string | undefined): boolean {
  if (principal === undefined) return false;
  return source.principal === undefined
    ? principal.split("/")[2] === source.namespace
    : source.principal === principal;
}
