import { formatPath, isHttp } from "../../catalog";
import { mirrors } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const shadowed = (protocol: string): object => ({
  ...base,
  services: {
    web: { ports: { http }, calls: { api: {}, shadow: {} } },
    api: { ports: { http }, traffic: { mirror: { service: "shadow", percentage: 10 } } },
    shadow: { ports: { http: { port: 8080, protocol } } },
  },
});

export const text = (service: string, target: string, ports: readonly string[]): Text => ({
  message: `"${service}" receives requests on ${ports.join(" or ")}, and "${target}" has no such port for their copies`,
  fix: `declare a port with that name and protocol at "${target}", or mirror to another service`,
});

export const mirrorPort: DefinitionRule = {
  code: "MW208",
  severity: "error",
  title: "The target of a mirror has a port with the same name and protocol",
  why: [
    "A copy of a request is sent with the protocol of the original.",
    "Without such a port the target can't parse it, or the route has no cluster, and all copies are lost.",
  ],
  see: pages.mirroring,
  stage: "definition",
  examples: { wrong: shadowed("grpc"), right: shadowed("http") },
  *check({ services, ...rest }, _, hasFailed) {
    for (const { service, target, path } of mirrors({ ...rest, services })) {
      const taking = services[target]?.ports;
      const own = Object.entries(services[service]?.ports ?? {}).filter(([, { protocol }]) =>
        isHttp(protocol),
      );
      // MW204 reports a mirror of a service without HTTP ports.
      if (!taking || own.length === 0) continue;
      // A port with an invalid value may be that port.
      if ([service, target].some((name) => hasFailed(formatPath(["services", name, "ports"])))) continue;
      if (own.some(([port, { protocol }]) => taking[port]?.protocol === protocol)) continue;
      const wanted = own.map(([port, { protocol }]) => `"${port}" (${protocol})`);
      yield {
        path: formatPath([...path, "service"]),
        ...text(service, target, wanted),
      };
    }
  },
};
