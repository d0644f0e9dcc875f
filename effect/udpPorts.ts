import { listAt, numberAt, textAt } from "./field";
import type { Model } from "./model";
import { type Direction, type Endpoint, policiesOf } from "./networkPolicy";
import type { KnownObject } from "./object";

/** A port that no policy and no service is likely to name. */
export const otherPort = 65000;

/** An end of connections in both models. */
interface Ends {
  readonly before: Endpoint;
  readonly after: Endpoint;
}

/**
 * Returns a function that returns the UDP ports on which connections of an end can differ where those of TCP do not. These are
 * the ports that its policies of a direction name, and another one if a rule names a protocol without a port. It is
 * irrelevant whether the policies have changed.
 */
export function udpPorts(
  before: Model,
  after: Model,
): (ends: Ends, direction: Direction) => readonly number[] {
  const known = new Map<Ends, Partial<Record<Direction, readonly number[]>>>();
  return (ends, direction) => {
    const own = known.get(ends) ?? {};
    const ports =
      own[direction] ??
      portsIn(
        [...policiesAt(before, ends.before, direction), ...policiesAt(after, ends.after, direction)],
        direction,
      );
    known.set(ends, { ...own, [direction]: ports });
    return ports;
  };
}

function policiesAt(model: Model, end: Endpoint, direction: Direction): readonly KnownObject[] {
  return "workload" in end ? policiesOf(model, end.workload, direction) : [];
}

function portsIn(policies: readonly KnownObject[], direction: Direction): number[] {
  const named = policies
    .flatMap(({ spec }) => listAt(spec, direction))
    .flatMap((rule) => listAt(rule, "ports"));
  const udp = named.filter((port) => textAt(port, "protocol") === "UDP");
  const borders = udp.flatMap((port) => ["port", "endPort"].flatMap((key) => numberAt(port, key) ?? []));
  return [...(named.some((port) => port.port === undefined) ? [otherPort] : []), ...borders];
}

/** Returns each port once. The one that nothing names comes first, because it shows that all ports are open. */
export function distinctPorts(ports: readonly number[]): number[] {
  return [...new Set([...ports.filter((port) => port === otherPort), ...ports])];
}
