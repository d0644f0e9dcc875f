import { formatDuration, formatPath, type Mesh, parsePath } from "../../catalog";
import { isAwaited } from "../awaited";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { shortened } from "../shortened";
import { webAndApi } from "./example";

const web = { resilience: { timeout: "10s" } };
const api = { resilience: { timeout: "30s" } };

/** The call, and the timeouts along the call path to it. */
interface Exceeding {
  readonly service: string;
  readonly callee: string;
  readonly timeout: number;
  /** The shortest timeout along the path, in milliseconds. */
  readonly limit: number;
  /** The names along the path to the service. Only the service itself, where its callers are unknown. */
  readonly callPath: readonly string[];
}

export const text = ({ service, callee, timeout, limit, callPath }: Exceeding): Text => {
  const [first = service, second = first] = callPath;
  const caller =
    callPath.length < 2
      ? `callers of "${service}" time out`
      : `${shortened([...callPath, callee])}: "${first}" times out`;
  return {
    message: `${caller} after ${formatDuration(limit)}, and "${service}" waits ${formatDuration(timeout)} for "${callee}": the response is discarded`,
    fix: `set the call's timeout to at most ${formatDuration(limit)}, raise that of calls to "${second}", or set asynchronous: true if "${service}" doesn't wait for the response`,
  };
};

export const calleeWithinCaller: MeshRule = {
  code: "MW403",
  severity: "warning",
  title: "A call's timeout does not exceed the timeout of its callers",
  why: [
    "When a caller times out, it discards the response, but the callee's own calls continue until their timeouts.",
    "Under load this wasted work uses the capacity that new requests need.",
  ],
  see: pages.timeouts,
  suppress:
    "the work must complete even if the caller has timed out, such as a payment that is reconciled later.",
  stage: "mesh",
  examples: {
    wrong: webAndApi(web, api),
    right: webAndApi({ ...web, calls: { api: { timeout: "10s" } } }, api),
  },
  *check(mesh) {
    const limits = limitsOf(mesh);
    for (const { name, outgoing } of mesh.services) {
      const own = limits.get(name);
      if (!own) continue;
      for (const edge of outgoing) {
        const { callee, timeout, path } = edge;
        if (!isAwaited(edge) || timeout === undefined || timeout <= own.limit) continue;
        yield {
          path: formatPath([...parsePath(path), "timeout"]),
          ...text({ service: name, callee, timeout, limit: own.limit, callPath: pathOf(own) }),
        };
      }
    }
  },
};

/** The shortest timeout along the call paths to a service, in milliseconds. */
interface Limit {
  readonly limit: number;
  readonly name: string;
  /** The caller before it on the path, back to the one whose timeout is the limit. Missing if no caller is known. */
  readonly before?: Pick<Limit, "name" | "before">;
}

/** For each service, the shortest of all timeouts on all call paths that lead to it. */
function limitsOf({ services }: Mesh): Map<string, Limit> {
  const byName = new Map(services.map((service) => [service.name, service]));
  const starts = services
    .flatMap(({ name, timeout, incoming }): Limit[] => {
      const requests = incoming.filter(isAwaited);
      if (requests.length === 0) return timeout === undefined ? [] : [{ limit: timeout, name }];
      return requests.flatMap(({ source, timeout: limit }) =>
        limit === undefined ? [] : [{ limit, name, before: { name: source.name } }],
      );
    })
    .sort((a, b) => a.limit - b.limit);
  const limits = new Map<string, Limit>();
  // The shortest first: a service that it reaches has no shorter one.
  for (const start of starts) {
    const next = [start];
    for (let here = next.pop(); here; here = next.pop()) {
      if (limits.has(here.name)) continue;
      limits.set(here.name, here);
      for (const { callee } of (byName.get(here.name)?.outgoing ?? []).filter(isAwaited)) {
        next.push({ limit: here.limit, name: callee, before: here });
      }
    }
  }
  return limits;
}

function pathOf(limit: Pick<Limit, "name" | "before">): string[] {
  const path: string[] = [];
  for (let here: Pick<Limit, "name" | "before"> | undefined = limit; here; here = here.before) {
    path.push(here.name);
  }
  return path.reverse();
}
