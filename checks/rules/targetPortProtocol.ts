import { formatPath, type Protocol } from "../../catalog";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const ports = (protocol: Protocol): object => ({ http, admin: { port: 9090, targetPort: 8080, protocol } });

export const targetPortProtocol: DefinitionRule = {
  code: "MW113",
  severity: "error",
  title: "One thing is spoken on each port of a container",
  stage: "definition",
  examples: {
    wrong: { ...base, services: { web: { ports: ports("tcp") } } },
    right: { ...base, services: { web: { ports: ports("http") } } },
  },
  *check({ services }) {
    for (const [service, { ports: declared = {} }] of Object.entries(services)) {
      const first = new Map<number, { readonly name: string; readonly protocol: Protocol }>();
      for (const [name, { port, targetPort = port, protocol }] of Object.entries(declared)) {
        const other = first.get(targetPort);
        if (!other) first.set(targetPort, { name, protocol });
        if (!other || other.protocol === protocol) continue;
        yield {
          path: formatPath(["services", service, "ports", name]),
          message: `the ports "${other.name}" and "${name}" of "${service}" lead to the container's port ${targetPort}, one as ${other.protocol} and one as ${protocol}: its proxy takes all for one of them`,
          fix: "declare the same protocol for both, or another targetPort for one",
        };
      }
    }
  },
};
