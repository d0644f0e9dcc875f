import { formatPath, isHttp, type ExternalService, type Mesh, type Port } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http }, calls: { orders: {}, stock: {} } } };
const ports = { tcp: { port: 5432, protocol: "tcp" } };
const orders = { host: "orders.example.com", ports };
const stock = { host: "stock.example.com", ports };

interface Shared {
  readonly caller: string;
  readonly external: string;
  readonly host: string;
  readonly port: number;
  /** The other callee with that port. */
  readonly other: string;
}

export const text = ({ caller, external, host, port, other }: Shared): Text => ({
  message: `"${caller}" also calls "${other}" on port ${port}, and its proxy matches every connection to that port as one to ${host}`,
  fix: `add the addresses of "${external}", or suppress this if DNS proxying allocates an address for each host`,
});

export const opaqueToldApart: MeshRule = {
  code: "MW607",
  severity: "warning",
  title: "A caller's proxy can distinguish its external hosts on TCP ports",
  why: [
    "A TCP connection has no host name, so a proxy matches it by destination IP and port.",
    "Without addresses, a host's listener matches every IP on that port, so connections to the other host get its route, policy and metrics.",
  ],
  see: pages.trafficRouting,
  suppress: "DNS proxying is enabled in the mesh, and allocates an address for each host.",
  stage: "mesh",
  examples: {
    wrong: { ...base, services, externalServices: { orders, stock } },
    right: {
      ...base,
      services,
      externalServices: {
        orders: { ...orders, addresses: ["10.20.0.7"] },
        stock: { ...stock, addresses: ["10.20.0.8"] },
      },
    },
  },
  *check(mesh) {
    for (const { name, host, port } of takers(mesh)) {
      const seen = new Set<string>();
      for (const caller of mesh.services) {
        const called = new Set(caller.outgoing.map(({ callee }) => callee));
        if (!called.has(name)) continue;
        for (const other of sharers(mesh, name, port)) {
          if (!called.has(other) || seen.has(other)) continue;
          seen.add(other);
          yield {
            path: formatPath(["externalServices", name, "ports", port.name]),
            ...text({ caller: caller.name, external: name, host, port: port.port, other }),
          };
        }
      }
    }
  },
};

/** TCP ports of hosts without addresses. The proxy listens there on every address, so it can't distinguish hosts. */
function* takers({ externalServices }: Mesh): Iterable<{ name: string; host: string; port: Port }> {
  for (const { name, host, ports, addresses } of externalServices) {
    if (addresses.length > 0) continue;
    for (const port of ports) {
      if (!isHttp(port.protocol) && port.protocol !== "tls") yield { name, host, port };
    }
  }
}

/** Other callees whose listener at that port matches every address: HTTP ports, and hosts without addresses. Each pair once. */
function* sharers({ services, externalServices }: Mesh, name: string, { port }: Port): Iterable<string> {
  for (const { name: other, ports } of services) {
    if (ports.some((one) => one.port === port && isHttp(one.protocol))) yield other;
  }
  for (const external of externalServices) {
    const shared = external.ports.find((one) => one.port === port);
    if (!shared || external.name === name) continue;
    if (isHttp(shared.protocol) || isOpen(external, shared, name)) yield external.name;
  }
}

function isOpen({ name, addresses }: ExternalService, { protocol }: Port, reporter: string): boolean {
  return addresses.length === 0 && (protocol === "tls" || name < reporter);
}
