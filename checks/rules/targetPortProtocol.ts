import { formatPath, type Protocol } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const ports = (protocol: Protocol): object => ({ http, admin: { port: 9090, targetPort: 8080, protocol } });

interface Declared {
  readonly name: string;
  readonly protocol: Protocol;
}

export const text = (service: string, targetPort: number, first: Declared, second: Declared): Text => ({
  message: `the ports "${first.name}" and "${second.name}" of "${service}" have target port ${targetPort}, one as ${first.protocol} and one as ${second.protocol}: the proxy applies one protocol to both`,
  fix: "declare the same protocol for both, or another targetPort for one",
});

export const targetPortProtocol: DefinitionRule = {
  code: "MW113",
  severity: "error",
  title: "All ports with the same target port have the same protocol",
  why: [
    "A proxy has one inbound listener configuration per container port, so it applies one protocol to both ports.",
    "Requests are then treated as plain TCP, without routes and metrics, or TCP traffic is parsed as HTTP and fails.",
  ],
  see: pages.protocolSelection,
  stage: "definition",
  examples: {
    wrong: { ...base, services: { web: { ports: ports("tcp") } } },
    right: { ...base, services: { web: { ports: ports("http") } } },
  },
  *check({ services }) {
    for (const [service, { ports: declared = {} }] of Object.entries(services)) {
      const first = new Map<number, Declared>();
      for (const [name, { port, targetPort = port, protocol }] of Object.entries(declared)) {
        const other = first.get(targetPort);
        if (!other) first.set(targetPort, { name, protocol });
        if (!other || other.protocol === protocol) continue;
        yield {
          path: formatPath(["services", service, "ports", name]),
          ...text(service, targetPort, other, { name, protocol }),
        };
      }
    }
  },
};
