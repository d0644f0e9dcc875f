/** The fields of an object that name its hosts. */
export interface HostedObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly hosts?: readonly string[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly servers?: readonly { readonly hosts?: readonly string[] }[];
  };
}

/** An object that claims a host, with its catalog. */
export interface HostOwner {
  readonly catalog: string;
  /** Kind, namespace and name, such as `Gateway shop/public`. */
  readonly title: string;
}

/** A host that two catalogs claim. */
export interface SharedHost {
  readonly host: string;
  readonly first: HostOwner;
  readonly second: HostOwner;
}

/**
 * Hosts that two catalogs serve at one gateway, or declare in one namespace. Which catalog's settings apply is undefined.
 * A check reads one catalog only, so it can't find them.
 *
 * @param objects rendered objects of several catalogs, or those of a cluster. Those of other tools are ignored.
 */
export function sharedHosts(objects: readonly HostedObject[]): SharedHost[] {
  const owners = new Map<string, HostOwner>();
  return objects.flatMap((object): SharedHost[] => {
    const { name, namespace = "", labels = {} } = object.metadata;
    const catalog = labels["app.kubernetes.io/part-of"];
    if (catalog === undefined || labels["app.kubernetes.io/managed-by"] !== "meshwright") return [];
    const second = { catalog, title: `${object.kind} ${namespace}/${name}` };
    return placesOf(object).flatMap(({ host, place }): SharedHost[] => {
      const first = owners.get(place);
      if (first === undefined) owners.set(place, second);
      return first === undefined || first.catalog === catalog ? [] : [{ host, first, second }];
    });
  });
}

/** The places at which an object claims a host: the pods of a gateway, or a namespace. */
function placesOf({ kind, metadata, spec = {} }: HostedObject): { host: string; place: string }[] {
  if (kind === "ServiceEntry") {
    return (spec.hosts ?? []).map((host) => ({ host, place: `${kind} ${metadata.namespace ?? ""} ${host}` }));
  }
  if (kind !== "Gateway" || spec.selector === undefined) return [];
  const pods = JSON.stringify(Object.entries(spec.selector).sort());
  const hosts = new Set((spec.servers ?? []).flatMap((server) => server.hosts ?? []));
  return [...hosts].map((host) => ({ host, place: `${kind} ${pods} ${host}` }));
}

/** The sentences that say what is wrong with a shared host. */
export function sharedHostText({ host, first, second }: SharedHost): string {
  return `The catalogs "${first.catalog}" and "${second.catalog}" both have the host ${host} (the first one in ${first.title}). Which of them applies is undefined.`;
}
