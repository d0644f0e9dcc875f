import type { CustomObject } from "../apiClient";
import type { Problem } from "../problem";

/** The fields of an object that name its hosts. */
interface HostedObject extends CustomObject {
  readonly kind: string;
  readonly metadata: CustomObject["metadata"] & { readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: {
    readonly hosts?: readonly string[];
    readonly selector?: Readonly<Record<string, string>>;
    readonly servers?: readonly { readonly hosts?: readonly string[] }[];
  };
}

/**
 * Hosts that two catalogs serve at one gateway, or declare in one namespace. Which catalog's settings apply is undefined.
 * A check reads one catalog only, so it can't find them.
 */
export function sharedHosts(objects: readonly CustomObject[]): Problem[] {
  const owners = new Map<string, { readonly catalog: string; readonly title: string }>();
  return (objects as readonly HostedObject[]).flatMap((object): Problem[] => {
    const catalog = object.metadata.labels?.["app.kubernetes.io/part-of"];
    if (catalog === undefined || object.metadata.labels?.["app.kubernetes.io/managed-by"] !== "meshwright")
      return [];
    const title = `${object.kind} ${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    return placesOf(object).flatMap(({ host, place }): Problem[] => {
      const other = owners.get(place);
      if (other === undefined) owners.set(place, { catalog, title });
      if (other === undefined || other.catalog === catalog) return [];
      return [
        {
          severity: "error",
          culprit: title,
          problem: `The catalogs "${other.catalog}" and "${catalog}" both have the host ${host} (the first one in ${other.title}). Which of them applies is undefined.`,
          fix: "Leave the host to one of the catalogs, and deploy the other again: pulumi up",
        },
      ];
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
