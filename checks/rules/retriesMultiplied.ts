import { type Edge, formatPath, parsePath, repeatsBegunRequests, type Service } from "../../catalog";
import { isAwaited } from "../awaited";
import { callGraph } from "../callGraph";
import { pages } from "../pages";
import type { MeshRule, Report, Text } from "../rule";
import { shortened } from "../shortened";
import { base, http } from "./example";

const limit = 10;

/** Larger numbers are not printed exactly. */
const countable = 1_000_000;

const retries = (attempts: number): object => ({ attempts, retryOn: ["gateway-error"] });
const chain = (attempts: number): object => ({
  ...base,
  services: {
    web: { ports: { http }, calls: { api: { retries: retries(attempts) } } },
    api: { ports: { http }, calls: { db: {} } },
    db: { ports: { http }, resilience: { retries: retries(2) } },
  },
});

const istiosOwn =
  "without declared retries, Istio retries a gRPC call twice if its status is unavailable or cancelled";

/** A call path, from its end: its last call and the path that leads to it. */
interface CallPath {
  /** Requests at its end for one at its beginning, if all attempts but the last fail at every call. */
  readonly requests: number;
  readonly last?: { readonly edge: Edge; readonly before: CallPath };
}

const start: CallPath = { requests: 1 };

interface Multiplied {
  /** The names along the call path. */
  readonly services: readonly string[];
  /** The attempts of each call along it. */
  readonly attempts: readonly number[];
  readonly requests: number;
  /** Whether one of the calls has Istio's default retries. */
  readonly inherited: boolean;
}

export const text = ({ services, attempts, requests, inherited }: Multiplied): Text => {
  const factors = attempts.map((count) => (count > 1 ? `(1+${count - 1})` : "1"));
  const count = requests > countable ? `more than ${countable}` : String(requests);
  const ends = `requests at ${services.at(-1) ?? ""} for one at ${services[0] ?? ""}`;
  return {
    message: `${shortened(services)}: ${shortened(factors, " × ")} = ${count} ${ends}${inherited ? `; ${istiosOwn}` : ""}`,
    fix: "keep the retries of one of these calls and set retries: { attempts: 0 } for the others, or suppress this with the reason",
  };
};

export const retriesMultiplied: MeshRule = {
  code: "MW404",
  severity: "warning",
  title: `The retries along a call path multiply one request to at most ${limit}`,
  why: [
    "Each service on a call path retries independently, so attempts multiply: three retries at three levels send 64 requests to the last service.",
    "They are sent when the last service already fails, and keep it from recovering.",
  ],
  see: pages.trafficManagement,
  suppress: "a retry budget or a rate limit bounds the load, or the calls of the path can't fail together.",
  stage: "mesh",
  examples: { wrong: chain(3), right: chain(0) },
  *check(mesh) {
    const callees = new Map([...mesh.externalServices, ...mesh.services].map((one) => [one.name, one]));
    const worst = new Map<string, CallPath>();
    const { order, cycles } = callGraph(mesh);
    for (const name of order) {
      const callee = callees.get(name);
      if (!callee) continue;
      const paths = [...pathsTo(callee, worst)];
      worst.set(name, longest(paths) ?? start);
      yield* judge(callee, paths);
    }
    // Around a cycle they multiply without end. One round is reported.
    for (const cycle of cycles) {
      const callee = callees.get(cycle[0] ?? "");
      const closing = callee?.incoming.filter(
        ({ source }) => source.kind === "service" && source.name === cycle.at(-1),
      );
      if (callee && closing) yield* judge(callee, [...pathsTo({ incoming: closing }, worst)]);
    }
  },
};

/** Reports the longest of the paths to a service, if it exceeds the limit. */
function* judge(callee: Service, paths: readonly CallPath[]): Iterable<Report> {
  // A last call without retries adds nothing to the finding of its caller.
  const own = longest(paths.filter(({ last }) => last && attemptsOf(last.edge) > 1));
  if (!own?.last || own.requests <= limit) return;
  const { edge } = own.last;
  const edges = edgesOf(own);
  yield {
    path: formatPath(
      edge.ownRetries
        ? [...parsePath(edge.path), "retries"]
        : [...parsePath(callee.path), "resilience", "retries"],
    ),
    ...text({
      services: [edges[0]?.source.name ?? "", ...edges.map((one) => one.callee)],
      attempts: edges.map(attemptsOf),
      requests: own.requests,
      inherited: edges.some((one) => one.retries.inherited && attemptsOf(one) > 1),
    }),
  };
}

/** The paths by calls whose callers are in `worst` already. Calls that close a cycle are added later. */
function* pathsTo(
  { incoming }: Pick<Service, "incoming">,
  worst: ReadonlyMap<string, CallPath>,
): Iterable<CallPath> {
  for (const edge of incoming) {
    if (!isAwaited(edge)) continue;
    const before = edge.source.kind === "service" ? worst.get(edge.source.name) : start;
    if (before) yield { requests: before.requests * attemptsOf(edge), last: { edge, before } };
  }
}

/** How often a request can reach the callee. 1 if it is only retried when it has not reached the callee. */
function attemptsOf({ port, methods, retries }: Edge): number {
  const repeated =
    port.protocol === "grpc" ||
    methods.length === 0 ||
    methods.some((method) => method !== "POST" && method !== "PATCH");
  return repeated && repeatsBegunRequests(retries, port.protocol) ? retries.attempts + 1 : 1;
}

function longest(paths: readonly CallPath[]): CallPath | undefined {
  return paths.reduce<CallPath | undefined>(
    (most, path) => (most && most.requests >= path.requests ? most : path),
    undefined,
  );
}

function edgesOf(path: CallPath): Edge[] {
  const edges: Edge[] = [];
  for (let { last } = path; last; last = last.before.last) edges.push(last.edge);
  return edges.reverse();
}
