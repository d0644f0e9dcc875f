import {
  aspectText,
  type Difference,
  identityOf,
  type Model,
  nearestRule,
  principalOf,
  type Request,
  servicesOf,
  type Workload,
} from "../../effect";

/** The services of workloads, and the services that have an identity. */
export interface Names {
  /** `<namespace>/<name>` of the service that sends to a workload's pods. The workload's own name if none does. */
  readonly server: (workload: Workload) => string;
  /** The service with an identity. The principal if none has it alone. */
  readonly client: (request: Request) => string;
}

/** Returns the names of a model's services. */
export function namesIn(model: Model): Names {
  const servers = new Map<Workload, string>();
  const server = (workload: Workload): string => {
    const known = servers.get(workload);
    if (known !== undefined) return known;
    const service = servicesOf(model, workload).find(({ registry }) => registry === "kubernetes");
    const name = service?.host.split(".")[0] ?? workload.name;
    servers.set(workload, `${workload.namespace}/${name}`);
    return `${workload.namespace}/${name}`;
  };
  const clients = new Map<string, Set<string>>();
  for (const workload of model.workloads) {
    // The service account of assumed pods is unknown.
    if (workload.proxy === "none" || workload.assumed) continue;
    const principal = principalOf(identityOf(workload, model.settings));
    clients.set(principal, (clients.get(principal) ?? new Set()).add(server(workload)));
  }
  return {
    server,
    client: ({ identity }) => {
      if (identity === undefined) return "a client without an identity";
      const [first, another] = clients.get(principalOf(identity)) ?? [];
      return first === undefined || another !== undefined ? principalOf(identity) : first;
    },
  };
}

/** The clients that a sentence does not name, such as ` and 2 more clients`. */
export function moreClients(count: number): string {
  return count === 0 ? "" : ` and ${count} more ${count === 1 ? "client" : "clients"}`;
}

/** Says what a client may do now, or no longer, and what it may do instead. */
export function accessSentence(
  { kind, witness }: Pick<Difference, "kind" | "witness">,
  names: { readonly client: string; readonly alike: number; readonly server: string },
  denying: { readonly model: Model; readonly workload: Workload },
): string {
  if (!witness) return `requests to ${names.server} are decided in another way`;
  const { protocol, method = "GET", port } = witness;
  const more = moreClients(names.alike);
  const what = protocol === "tcp" ? `connect to ${names.server} port ${port}` : `${method} ${names.server}`;
  const gained = kind === "access gained";
  const rule = nearestRule(denying.model, denying.workload, witness);
  const limits = (rule?.misfits ?? []).filter(({ dimension }) => dimension !== "identity");
  const hadNone = !rule || limits.length < rule.misfits.length;
  const wanted = limits.map(({ dimension, wanted: text }) =>
    /^(method|path)$/.test(dimension) ? text : `${aspectText(dimension)} ${text}`,
  );
  const other = hadNone ? "" : ` (${gained ? "was" : "now"} ${wanted.join(" ")})`;
  return `${names.client}${more} may ${gained ? "now" : "no longer"} ${what}${other}`;
}
