import type { ExternalService, Mesh, Port, Service } from "../../catalog";
import { type Experiment, notProvable, proven, refuted } from "../experiment";
import type { ReadAs } from "../portsRead";

/** The ports of each service and outside host, and the protocol as which the proxies of callers read them. */
export function portExperiments({ services, externalServices }: Mesh): Experiment[] {
  return [...services, ...externalServices].flatMap((service) =>
    service.ports.map((port) => portExperiment(service, port)),
  );
}

function portExperiment({ name, path, host }: Service | ExternalService, port: Port): Experiment {
  const as = expected[port.protocol];
  return {
    path: `${path}.ports.${port.name}`,
    claim: `proxies read port ${port.port} of ${name} as ${as}`,
    run: (stage) => {
      const read = stage.portsRead(host);
      if (read === undefined)
        return Promise.resolve(notProvable("requests do not show which protocol is read"));
      const own = read.filter((one) => one.port === port.port);
      if (own.length > 0 && own.every((one) => one.as === as)) return Promise.resolve(proven(1));
      const seen = own.length === 0 ? "there is no such port" : own.map((one) => one.as).join(", ");
      return Promise.resolve(refuted(1, `connection to ${host}:${port.port}`, as, seen));
    },
  };
}

/** Databases are read as TCP, as Istio's filters for their protocols are off by default. */
const expected: Readonly<Record<Port["protocol"], ReadAs>> = {
  http: "HTTP/1.1",
  http2: "HTTP/2",
  grpc: "HTTP/2",
  tcp: "TCP",
  tls: "TLS",
  mongo: "TCP",
  mysql: "TCP",
  redis: "TCP",
};
