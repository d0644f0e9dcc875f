import { listAt, textAt } from "../field";
import { type Model, objectsOf } from "../model";
import { type KnownObject, titleOf } from "../object";
import { sees, type ServiceHost } from "../service";
import { type Workload, workloadsSelected } from "../workload";
import type { Mistake } from "./mistake";

/** A Service's object with what proxies read from it. */
interface Read {
  readonly object: KnownObject;
  readonly service: ServiceHost;
}

function servicesOf(model: Model): Read[] {
  const named = new Map(
    model.services
      .filter(({ from }) => from.kind === "Service")
      .map((service) => [`${service.from.namespace}/${service.from.name}`, service]),
  );
  return objectsOf(model, "Service", "").flatMap((object) => {
    const service = named.get(`${object.namespace}/${object.name}`);
    return service ? [{ object, service }] : [];
  });
}

/** The workloads with a sidecar that a Service selects. */
function podsOf(model: Model, { object, service }: Read): Workload[] {
  if (!service.selector) return [];
  return workloadsSelected(model.workloads, service.selector, object.namespace).filter(
    ({ proxy }) => proxy === "sidecar",
  );
}

/**
 * Returns Services that give the same port of the same pods different numbers or protocols. A proxy has one listener for
 * each port of its pod, so it treats connections of one Service as those of another.
 *
 * @see https://istio.io/latest/docs/ops/deployment/application-requirements/
 */
export function contradictingServices(model: Model): Mistake[] {
  const serving = new Map<Workload, Read[]>();
  for (const one of servicesOf(model)) {
    for (const workload of podsOf(model, one)) {
      serving.set(workload, [...(serving.get(workload) ?? []), one]);
    }
  }
  const found = new Map<string, Mistake>();
  for (const own of serving.values()) {
    for (const [index, one] of own.entries()) {
      for (const other of own.slice(0, index)) {
        for (const mistake of contradictions(one, other)) {
          found.set(`${titleOf(one.object)} ${mistake.path} ${other.object.name}`, mistake);
        }
      }
    }
  }
  return [...found.values()];
}

function contradictions({ object, service }: Read, { service: other }: Read): Mistake[] {
  return service.ports.flatMap((port, i) => {
    const same = other.ports.find(({ target }) => String(target) === String(port.target));
    if (!same) return [];
    const path = `spec.ports[${i}]`;
    const of = `Service ${other.namespace}/${other.from.name}`;
    if (same.protocol !== port.protocol) {
      return [
        {
          object,
          path,
          problem:
            `the port ${port.number} of Service ${object.namespace}/${object.name} is ${said(port.protocol)}, and ${of} declares ` +
            `the same port of the same pods as ${said(same.protocol)}, so their proxies apply only one of the two`,
          fix: "Declare the same protocol in both Services",
        },
      ];
    }
    if (same.number === port.number) return [];
    return [
      {
        object,
        path,
        problem:
          `Service ${object.namespace}/${object.name} has the port ${port.number} for the port ${port.target} of its pods, and ${of} ` +
          `has ${same.number} for it, so proxies of the pods apply the settings of only one of the two ports`,
        fix: "Use the same port in both Services, or another port of the pods",
      },
    ];
  });
}

function said(protocol: string): string {
  return protocol === "auto" ? "of no declared protocol" : protocol;
}

/** Returns ServiceEntries that declare another protocol than an older one for the same port of a host. */
export function contradictingEntries(model: Model): Mistake[] {
  const entries = model.services.filter(({ registry }) => registry === "entry");
  return [...Map.groupBy(entries, ({ host }) => host).values()].flatMap((same) =>
    same.flatMap((service, index) =>
      same.slice(0, index).flatMap((older): Mistake[] => {
        const port = service.ports.findIndex((one) =>
          older.ports.some(({ number, protocol }) => number === one.number && protocol !== one.protocol),
        );
        const object = objectsOf(model, "ServiceEntry", "networking.istio.io").find(
          ({ name, namespace }) => name === service.from.name && namespace === service.namespace,
        );
        const visible =
          sees(older.exportTo, service.namespace) ||
          older.exportTo.some((one) => sees(service.exportTo, one));
        if (port < 0 || !object || !visible || older.from.name === service.from.name) return [];
        return [
          {
            object,
            path: `spec.ports[${port}].protocol`,
            problem:
              `ServiceEntry ${older.namespace}/${older.from.name} declares another protocol for the port ` +
              `${service.ports[port]?.number ?? 0} of ${service.host}, so proxies apply only one of the two`,
            fix: "Declare the same protocol in both ServiceEntries",
          },
        ];
      }),
    ),
  );
}

/**
 * Returns ports of ExternalName Services that are no HTTP and no TLS. For such a port, proxies open a listener on every
 * address, which takes over connections of all other hosts with the port.
 *
 * @see https://istio.io/latest/docs/reference/config/analysis/ist0150/
 */
export function aliasPorts(model: Model): Mistake[] {
  return servicesOf(model)
    .filter(({ object }) => textAt(object.spec, "type") === "ExternalName")
    .flatMap(({ object, service }) =>
      service.ports.flatMap((port, i) => {
        if (port.protocol !== "auto" && port.protocol !== "tcp") return [];
        return [
          {
            object,
            path: `spec.ports[${i}]`,
            problem:
              `the port ${port.number} of the ExternalName Service ${object.namespace}/${object.name} is no HTTP and no TLS, so proxies ` +
              `apply it to connections of every address with the port`,
            fix: "Begin its name with http-, grpc-, https- or tls-, or use a ServiceEntry with addresses",
          },
        ];
      }),
    );
}

/** Returns ports of Services of pods with a sidecar, and without a protocol. */
export function undeclaredPorts(model: Model): Mistake[] {
  return servicesOf(model)
    .filter((one) => !one.service.external && podsOf(model, one).length > 0)
    .flatMap(({ object, service }) =>
      service.ports.flatMap((port, i) => {
        const transport = textAt(listAt(object.spec, "ports")[i], "protocol") ?? "TCP";
        if (port.protocol !== "auto" || transport !== "TCP") return [];
        return [
          {
            object,
            path: `spec.ports[${i}]`,
            problem: `the port ${port.number} of Service ${object.namespace}/${object.name} declares no protocol, so Istio detects it from the first bytes`,
            fix: "Begin its name with the protocol, such as http-, grpc- or tcp-, or set appProtocol",
          },
        ];
      }),
    );
}
