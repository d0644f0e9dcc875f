import { type AlertsDefinition, normalizeAlerts } from "./alerts";
import { normalizeCircuitBreaker } from "./circuitBreaker";
import { normalizeTermination } from "./drain";
import type { Edge } from "./edge";
import { limitsFor, normalizeLoad } from "./load";
import { compare } from "./order";
import type { Connections, Service, ServiceDefinition, UnconnectedService } from "./service";
import { fewestPods, type Workload } from "./workload";

/** The settings that depend on the call graph. */
type Sized = Pick<ServiceDefinition, "alerts" | "circuitBreaker" | "load" | "loadBalancing">;

/**
 * Returns a function that resolves what depends on the whole call graph. This is a service's edges, the termination of
 * its pods, the limits of its circuit breaker and its alerts.
 *
 * @param find returns the service with a name. @param alerts the mesh's thresholds.
 */
export function connector(
  edges: readonly Edge[],
  find: (service: string) => UnconnectedService,
  alerts?: AlertsDefinition,
): <Unconnected extends UnconnectedService>(
  service: Unconnected,
  definition: Sized,
) => Unconnected & Connections {
  const outgoing = Map.groupBy(edges, ({ source }) => `${source.kind} ${source.name}`);
  const incoming = Map.groupBy(edges, ({ callee }) => callee);
  return (service, definition) => {
    const edgesTo = (incoming.get(service.name) ?? []).toSorted((a, b) => compare(a.path, b.path));
    const sized = sizedBreaker(definition, edgesTo, (name) => find(name).workloads);
    return {
      ...service,
      workloads: service.workloads.map((workload) => ({
        ...workload,
        termination: normalizeTermination(service.name, workload.drain, edgesTo, workload.pod),
      })),
      ...sized,
      alerts: normalizeAlerts(definition.alerts, alerts, sized.load),
      outgoing: outgoing.get(`service ${service.name}`) ?? [],
      incoming: edgesTo,
    };
  };
}

/** The limits of a circuit breaker with a load, which depend on the number of calling pods. */
function sizedBreaker(
  { load: definition, circuitBreaker, loadBalancing }: Sized,
  incoming: readonly Edge[],
  workloadsOf: (service: string) => readonly Workload[],
): Pick<Service, "circuitBreaker" | "load"> {
  const failsOver = loadBalancing?.locality !== undefined;
  if (!definition) return { circuitBreaker: normalizeCircuitBreaker(circuitBreaker, failsOver) };
  const callers = new Set(
    incoming.filter(({ source }) => source.kind === "service").map(({ source }) => source.name),
  );
  const pods = [...callers].flatMap(workloadsOf).map(fewestPods);
  const load = normalizeLoad(
    definition,
    pods.reduce((sum, count) => sum + count, 0),
  );
  return { load, circuitBreaker: normalizeCircuitBreaker(circuitBreaker, failsOver, limitsFor(load)) };
}
