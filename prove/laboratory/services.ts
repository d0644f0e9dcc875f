import {
  CoreV1Api,
  DiscoveryV1Api,
  type KubeConfig,
  type V1EndpointSlice,
  type V1Service,
} from "@kubernetes/client-node";
import { watchAll } from "./watch";

/** A port of a Service, with the addresses of its ready endpoints. */
export interface ServicePort {
  readonly clusterAddress: string;
  readonly port: number;
  readonly endpoints: readonly { readonly address: string; readonly port: number }[];
}

/** The cluster's Services as DNS and the nodes' rules need them. */
export interface ServiceTable {
  /** Addresses keyed by fully qualified host: the cluster IP, or of a headless Service those of its pods. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly ports: readonly ServicePort[];
}

export async function readServices(kubeconfig: KubeConfig): Promise<ServiceTable> {
  const [services, slices] = await Promise.all([
    kubeconfig.makeApiClient(CoreV1Api).listServiceForAllNamespaces(),
    kubeconfig.makeApiClient(DiscoveryV1Api).listEndpointSliceForAllNamespaces(),
  ]);
  return serviceTable(services.items, slices.items);
}

/** Milliseconds between two calls of {@link watchServices}: while pods start, there are many changes. */
const pause = 250;

/**
 * Calls a function soon after each change of a Service or its endpoints, until the process ends.
 *
 * @param onProblem is called if the function fails, which is then called again.
 */
export function watchServices(
  kubeconfig: KubeConfig,
  changed: () => Promise<void>,
  onProblem: (problem: string) => void,
): void {
  let waits = false;
  let runs = false;
  const run = (): void => {
    if (runs) {
      setTimeout(run, pause);
      return;
    }
    waits = false;
    runs = true;
    changed()
      .catch((error: unknown) => {
        onProblem(String(error));
        see();
      })
      .finally(() => (runs = false));
  };
  const see = (): void => {
    if (waits) return;
    waits = true;
    setTimeout(run, pause);
  };
  watchAll(kubeconfig, "/api/v1/services", see);
  watchAll(kubeconfig, "/apis/discovery.k8s.io/v1/endpointslices", see);
}

export function serviceTable(
  services: readonly V1Service[],
  slices: readonly V1EndpointSlice[],
): ServiceTable {
  const addresses = new Map<string, readonly string[]>();
  const ports: ServicePort[] = [];
  for (const { metadata, spec } of services) {
    const { name = "", namespace = "" } = metadata ?? {};
    const own = slices.filter(
      (slice) =>
        slice.metadata?.namespace === namespace &&
        slice.metadata.labels?.["kubernetes.io/service-name"] === name,
    );
    const ready = own.flatMap(({ endpoints, ports: offered = [] }) =>
      // The API server sends null for a slice without endpoints.
      ((endpoints as typeof endpoints | null) ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .map((endpoint) => ({ address: endpoint.addresses[0] ?? "", hostname: endpoint.hostname, offered })),
    );
    const host = `${name}.${namespace}.svc.cluster.local`;
    const clusterAddress = spec?.clusterIP;
    if (clusterAddress === undefined || clusterAddress === "None") {
      addresses.set(host, [...new Set(ready.map(({ address }) => address))]);
      for (const { hostname, address } of ready) {
        if (hostname !== undefined) addresses.set(`${hostname}.${host}`, [address]);
      }
      continue;
    }
    addresses.set(host, [clusterAddress]);
    for (const { port, name: portName = "", protocol = "TCP" } of spec?.ports ?? []) {
      if (protocol !== "TCP") continue;
      const endpoints = ready.flatMap(({ address, offered }) =>
        offered
          .filter((one) => (one.name ?? "") === portName && one.port !== undefined)
          .map((one) => ({ address, port: one.port ?? 0 })),
      );
      ports.push({ clusterAddress, port, endpoints });
    }
  }
  return { addresses, ports };
}

/**
 * nft rules that send connections to a cluster IP to one of the endpoints, as kube-proxy does. Pods share one bridge, so
 * the source address is replaced; otherwise answers would not come back through the node.
 */
export function nodeRules({ ports }: ServiceTable): string {
  const rules = ports
    .filter(({ endpoints }) => endpoints.length > 0)
    .map(({ clusterAddress, port, endpoints }) => {
      const [first = endpoints[0]] = endpoints;
      const target =
        endpoints.length === 1
          ? `${first?.address ?? ""}:${first?.port ?? 0}`
          : `numgen random mod ${endpoints.length} map { ${endpoints
              .map(({ address }, index) => `${index} : ${address}`)
              .join(", ")} }:${first?.port ?? 0}`;
      return `ip daddr ${clusterAddress} tcp dport ${port} dnat to ${target}`;
    });
  return `table ip services
delete table ip services
table ip services {
  chain prerouting { type nat hook prerouting priority -100;
    ${rules.join("\n    ")}
  }
  chain output { type nat hook output priority -100;
    ${rules.join("\n    ")}
  }
  chain postrouting { type nat hook postrouting priority 100;
    ct status dnat masquerade
  }
}
`;
}
