import type { Decision } from "./mayCall";
import type { Model } from "./model";
import { networkDecision, outsideOf, targetOf } from "./networkDelivery";
import { selects } from "./object";
import { perWorkload } from "./perWorkload";
import type { RouteDestination } from "./routing";
import { serviceAt } from "./service";
import { type Workload, workloadsSelected } from "./workload";

/** What arrives at a destination, whatever the request is. */
export interface Receivers {
  /** For a host outside of the mesh: the decision of NetworkPolicies, unless they allow the connection. */
  readonly network?: Decision;
  /** The labels of the pods that would receive it, if the model has no workload with them. */
  readonly unknownPods?: Readonly<Record<string, string>>;
  readonly receivers: readonly {
    readonly workload: Workload;
    readonly port: number;
    readonly tcp: boolean;
    /** The decision of NetworkPolicies, unless they allow the connection. */
    readonly network: Decision | undefined;
  }[];
}

const receiversFrom = perWorkload(() => new WeakMap<RouteDestination, Receivers>());

/** The receivers of a client's requests to a destination, read once: each route has the same ones for many requests. */
export function receiversOf(model: Model, from: Workload, destination: RouteDestination): Receivers {
  const known = receiversFrom(model, from);
  let receivers = known.get(destination);
  if (receivers === undefined) known.set(destination, (receivers = readReceivers(model, from, destination)));
  return receivers;
}

function readReceivers(model: Model, from: Workload, destination: RouteDestination): Receivers {
  const service = serviceAt(model.services, destination.host);
  const selector = service?.selector;
  const labels = { ...selector, ...textsOf(destination.labels) };
  const receivers =
    selector === undefined || !destination.exists
      ? []
      : workloadsSelected(model.workloads, selector, service?.namespace).filter((one) =>
          receives(one, selector, labels),
        );
  const isUnknown = selector !== undefined && destination.exists && receivers.length === 0;
  const port = service?.ports.find(({ number }) => number === destination.port);
  const tcp = port !== undefined && port.protocol !== "http" && port.protocol !== "auto";
  const network =
    receivers.length > 0 || isUnknown || !destination.exists
      ? undefined
      : networkDecision(model, {
          from: { workload: from },
          to: outsideOf(destination.host, service),
          port: typeof port?.target === "number" ? port.target : destination.port,
        });
  return {
    ...(network && { network }),
    ...(isUnknown && { unknownPods: labels }),
    receivers: receivers.map((workload) => {
      const number = port === undefined ? destination.port : targetOf(port, workload);
      const connection = { from: { workload: from }, to: { workload }, port: number };
      return { workload, port: number, tcp, network: networkDecision(model, connection) };
    }),
  };
}

/**
 * Whether a workload has pods of a service and of one of its subsets. Which labels the pods have besides the service's is only
 * known where an object creates them.
 */
function receives(
  { labels, from }: Workload,
  selector: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): boolean {
  if (from !== undefined) return selects(wanted, labels);
  return (
    selects(selector, labels) &&
    Object.entries(wanted).every(([name, value]) => (labels[name] ?? value) === value)
  );
}

function textsOf(labels: Readonly<Record<string, unknown>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
}
