import { formatPath, isHttp, type ExternalService, type Mesh, type Port } from "../../catalog";
import { parseBlock } from "../../effect";
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

/** @param address that both hosts declare. */
export const sharedText = ({ caller, external, host, port, other }: Shared, address: string): Text => ({
  message: `"${caller}" also calls "${other}" on port ${port} at the same address ${address}, and its proxy matches every connection to it as one to ${host}`,
  fix: `give "${external}" and "${other}" addresses of their own, or declare them as one external service`,
});

export const opaqueToldApart: MeshRule = {
  code: "MW607",
  severity: "warning",
  title: "A caller's proxy can distinguish its external hosts on TCP ports",
  why: [
    "A TCP connection has no host name, so a proxy matches it by destination IP and port.",
    "Without addresses, a host's listener matches every IP on that port, so connections to the other host get its route, policy and metrics.",
    "Two hosts with the same address can't be distinguished at all.",
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
    for (const { name, host, port, other, address } of alike(mesh)) {
      const caller = mesh.services.find(({ outgoing }) =>
        [name, other].every((one) => outgoing.some(({ callee }) => callee === one)),
      );
      if (!caller) continue;
      yield {
        path: formatPath(["externalServices", name, "ports", port.name]),
        ...sharedText({ caller: caller.name, external: name, host, port: port.port, other }, address),
      };
    }
  },
};

/** TCP ports of hosts with an address that a host before it has, too, on that port. Each pair once. */
function* alike({
  externalServices,
}: Mesh): Iterable<{ name: string; host: string; port: Port; other: string; address: string }> {
  const seen = new Map<string, string>();
  for (const { name, host, ports, addresses } of externalServices) {
    for (const port of ports) {
      if (isHttp(port.protocol) || port.protocol === "tls") continue;
      for (const address of addresses) {
        const block = parseBlock(address);
        const key = `${port.port} ${String(block?.first)} ${String(block?.last)}`;
        const other = seen.get(key);
        if (other !== undefined && other !== name) yield { name, host, port, other, address };
        else seen.set(key, name);
      }
    }
  }
}

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
