import { listAt, textAt } from "../field";
import { type Model, objectsOf } from "../model";
import { type KnownObject, titleOf } from "../object";
import { sees, type ServiceHost, type ServicePort } from "../service";
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
            `the port ${port.number} of Service ${object.namespace}/${object.name} is ${said(port.protocol)}, and that ` +
            `of ${of} for the same pods is ${said(same.protocol)}, so their proxies apply only one`,
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
          `Service ${object.namespace}/${object.name} has the port ${port.number} for the pods' port ${port.target}, ` +
          `and ${of} has ${same.number}, so the pods' proxies apply the settings of only one`,
        fix: "Use the same port in both Services, or another port of the pods",
      },
    ];
  });
}

function said(protocol: string): string {
  return protocol === "auto" ? "of no declared protocol" : protocol;
}

/** Returns ServiceEntries that declare another protocol or resolution than an older one for the same port of a host. */
export function contradictingEntries(model: Model): Mistake[] {
  const entries = model.services.filter(({ registry }) => registry === "entry");
  return [...Map.groupBy(entries, ({ host }) => host).values()].flatMap((same) =>
    same.flatMap((service, index) =>
      same.slice(0, index).flatMap((older): Mistake[] => {
        const shared = (differs: (protocol: string, other: string) => boolean): number =>
          service.ports.findIndex((one) =>
            older.ports.some(
              ({ number, protocol }) => number === one.number && differs(protocol, one.protocol),
            ),
          );
        const unlike = shared((protocol, other) => protocol !== other);
        const like = shared((protocol, other) => protocol === other);
        const object = objectsOf(model, "ServiceEntry", "networking.istio.io").find(
          ({ name, namespace }) => name === service.from.name && namespace === service.namespace,
        );
        const visible =
          sees(older.exportTo, service.namespace) ||
          older.exportTo.some((one) => sees(service.exportTo, one));
        const isOwn = older.from.name === service.from.name && older.namespace === service.namespace;
        if (!object || !visible || isOwn) return [];
        const [port, what] = unlike >= 0 ? [unlike, "protocol"] : [like, "resolution"];
        const other = objectsOf(model, "ServiceEntry", "networking.istio.io").find(
          ({ name, namespace }) => name === older.from.name && namespace === older.namespace,
        );
        const resolution = (one: KnownObject | undefined): string =>
          textAt(one?.spec, "resolution") ?? "NONE";
        if (port < 0 || (what === "resolution" && resolution(object) === resolution(other))) return [];
        return [
          {
            object,
            path: what === "protocol" ? `spec.ports[${port}].protocol` : "spec.resolution",
            problem:
              `ServiceEntry ${older.namespace}/${older.from.name} declares another ${what} for the port ` +
              `${service.ports[port]?.number ?? 0} of ${service.host}, so proxies apply only one of the two`,
            fix: `Declare the same ${what} in both ServiceEntries`,
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
              `the port ${port.number} of the ExternalName Service ${object.namespace}/${object.name} is neither HTTP nor TLS, so proxies ` +
              `apply it to connections to every address with the port`,
            fix: "Begin its name with http-, grpc-, https- or tls-, or use a ServiceEntry with addresses",
          },
        ];
      }),
    );
}

/**
 * Returns ports of Services whose target is a name that no container's port has, so the port has no endpoints.
 *
 * @see https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports
 */
export function unservedTargets(model: Model): Mistake[] {
  return targetMistakes(model, ({ target }, pods, port) =>
    typeof target === "number" || pods.some(({ namedPorts = {} }) => target in namedPorts)
      ? undefined
      : `${port} leads to the port "${target}", which no container of its pods has, so the port has no endpoints`,
  );
}

/** Returns ports of Services whose target no container declares, where all pods declare ports. */
export function undeclaredTargets(model: Model): Mistake[] {
  return targetMistakes(model, ({ target }, pods, port) =>
    typeof target !== "number" || pods.some(({ ports = [] }) => ports.length === 0 || ports.includes(target))
      ? undefined
      : `${port} leads to the port ${target}, which no container of its pods declares, so connections are refused unless a container listens on it`,
  );
}

/** Proxies of gateways open the ports of their Gateways. */
function targetMistakes(
  model: Model,
  problemOf: (port: ServicePort, pods: readonly Workload[], text: string) => string | undefined,
): Mistake[] {
  return servicesOf(model).flatMap(({ object, service }) => {
    const pods = workloadsSelected(model.workloads, service.selector ?? { "": "" }, object.namespace).filter(
      ({ proxy, from, assumed }) => proxy !== "gateway" && from !== undefined && !assumed,
    );
    if (pods.length === 0) return [];
    return service.ports.flatMap((port, i): Mistake[] => {
      const text = `the port ${port.number} of Service ${object.namespace}/${object.name}`;
      const problem = problemOf(port, pods, text);
      if (problem === undefined) return [];
      return [{ object, path: `spec.ports[${i}].targetPort`, problem, fix: "Name a port of a container" }];
    });
  });
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
