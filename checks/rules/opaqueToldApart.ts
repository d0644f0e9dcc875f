import { formatPath, isHttp, type ExternalService, type Mesh, type Port } from "../../catalog";
import type { MeshRule } from "../rule";
import { base, http } from "./example";

const services = { web: { ports: { http }, calls: { orders: {}, stock: {} } } };
const ports = { tcp: { port: 5432, protocol: "tcp" } };
const orders = { host: "orders.example.com", ports };
const stock = { host: "stock.example.com", ports };

export const opaqueToldApart: MeshRule = {
  code: "MW607",
  severity: "warning",
  title: "A caller's proxy can tell by the port which external host a connection is for",
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
            message: `"${caller.name}" calls "${other}" on port ${port.port} too, and its proxy takes every connection to that port to be for ${host}`,
            fix: `add the addresses of "${name}", or suppress this where the proxies answer DNS and give each host an address`,
          };
        }
      }
    }
  },
};

/** Ports of hosts without addresses on which nothing tells them from others: the proxy listens on every address. */
function* takers({ externalServices }: Mesh): Iterable<{ name: string; host: string; port: Port }> {
  for (const { name, host, ports, addresses } of externalServices) {
    if (addresses.length > 0) continue;
    for (const port of ports) {
      if (!isHttp(port.protocol) && port.protocol !== "tls") yield { name, host, port };
    }
  }
}

/** Who else is listened for on every address at that port: HTTP, and hosts without addresses; each pair once. */
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
