import { type Edge, formatPath, parsePath, repeatsBegunRequests, type Service } from "../../catalog";
import { isAwaited } from "../awaited";
import { callGraph } from "../callGraph";
import type { MeshRule, Report } from "../rule";
import { shortened } from "../shortened";
import { base, http } from "./example";

const limit = 10;

/** Above it the exact number says nothing more. */
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
  "without declared retries Istio repeats a gRPC call twice if its status is unavailable or cancelled";

/** A path of calls, from its end: its last call and what leads to it. */
interface CallPath {
  /** Requests at its end for one at its beginning, when all tries but the last fail at every call. */
  readonly requests: number;
  readonly last?: { readonly edge: Edge; readonly before: CallPath };
}

const start: CallPath = { requests: 1 };

export const retriesMultiplied: MeshRule = {
  code: "MW404",
  severity: "warning",
  title: `The retries along a path of calls don't make more than ${limit} requests of one`,
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
    // Around a cycle they multiply for ever; once round says enough.
    for (const cycle of cycles) {
      const callee = callees.get(cycle[0] ?? "");
      const closing = callee?.incoming.filter(
        ({ source }) => source.kind === "service" && source.name === cycle.at(-1),
      );
      if (callee && closing) yield* judge(callee, [...pathsTo({ incoming: closing }, worst)]);
    }
  },
};

/** Reports the worst of some paths to a service, if it is too bad. */
function* judge(callee: Service, paths: readonly CallPath[]): Iterable<Report> {
  // A last call that doesn't retry adds nothing to what is already said of its caller.
  const own = longest(paths.filter(({ last }) => last && tries(last.edge) > 1));
  if (!own?.last || own.requests <= limit) return;
  const { edge } = own.last;
  const edges = edgesOf(own);
  const first = edges[0]?.source.name ?? "";
  const factors = edges.map((one) => (tries(one) > 1 ? `(1+${one.retries.attempts})` : "1"));
  const services = [first, ...edges.map((one) => one.callee)];
  const requests = own.requests > countable ? `more than ${countable}` : own.requests;
  const inherited = edges.some((one) => one.retries.inherited && tries(one) > 1);
  yield {
    path: formatPath(
      edge.ownRetries
        ? [...parsePath(edge.path), "retries"]
        : [...parsePath(callee.path), "resilience", "retries"],
    ),
    message: `${shortened(services)}: ${shortened(factors, " × ")} = ${requests} requests at ${callee.name} for one at ${first}${inherited ? `; ${istiosOwn}` : ""}`,
    fix: "let one of these calls retry and set retries: { attempts: 0 } for the others, or suppress this with the reason",
  };
}

/** By calls whose callers are in `worst` already: those that close a cycle come later. */
function* pathsTo(
  { incoming }: Pick<Service, "incoming">,
  worst: ReadonlyMap<string, CallPath>,
): Iterable<CallPath> {
  for (const edge of incoming) {
    if (!isAwaited(edge)) continue;
    const before = edge.source.kind === "service" ? worst.get(edge.source.name) : start;
    if (before) yield { requests: before.requests * tries(edge), last: { edge, before } };
  }
}

/** How often a request may reach the callee: not where it is only retried when it certainly hasn't. */
function tries({ port, methods, retries }: Edge): number {
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
