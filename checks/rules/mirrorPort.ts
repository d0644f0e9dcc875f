import { formatPath, isHttp } from "../../catalog";
import { mirrors } from "../references";
import type { DefinitionRule } from "../rule";
import { base, http } from "./example";

const shadowed = (protocol: string): object => ({
  ...base,
  services: {
    web: { ports: { http }, calls: { api: {}, shadow: {} } },
    api: { ports: { http }, traffic: { mirror: { service: "shadow", percentage: 10 } } },
    shadow: { ports: { http: { port: 8080, protocol } } },
  },
});

export const mirrorPort: DefinitionRule = {
  code: "MW208",
  severity: "error",
  title: "A service that gets copies of requests has a port of the same name that speaks the same",
  stage: "definition",
  examples: { wrong: shadowed("grpc"), right: shadowed("http") },
  *check({ services, ...rest }, _, hasFailed) {
    for (const { service, target, path } of mirrors({ ...rest, services })) {
      const taking = services[target]?.ports;
      const own = Object.entries(services[service]?.ports ?? {}).filter(([, { protocol }]) =>
        isHttp(protocol),
      );
      // Of a service without HTTP ports another rule says that it has no requests to copy.
      if (!taking || own.length === 0) continue;
      // What is declared in a wrong form may be that port.
      if ([service, target].some((name) => hasFailed(formatPath(["services", name, "ports"])))) continue;
      if (own.some(([port, { protocol }]) => taking[port]?.protocol === protocol)) continue;
      const wanted = own.map(([port, { protocol }]) => `"${port}" (${protocol})`).join(" or ");
      yield {
        path: formatPath([...path, "service"]),
        message: `requests to "${service}" come on ${wanted}, and "${target}" has no such port to take copies of them`,
        fix: `give "${target}" a port of that name and protocol, or mirror to another service`,
      };
    }
  },
};
