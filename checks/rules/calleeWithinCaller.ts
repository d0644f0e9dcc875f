import { formatDuration, formatPath, type Mesh, parsePath } from "../../catalog";
import { isAwaited } from "../awaited";
import type { MeshRule } from "../rule";
import { shortened } from "../shortened";
import { webAndApi } from "./example";

const web = { resilience: { timeout: "10s" } };
const api = { resilience: { timeout: "30s" } };

export const calleeWithinCaller: MeshRule = {
  code: "MW403",
  severity: "warning",
  title: "A call's timeout does not exceed the timeout of its callers",
  stage: "mesh",
  examples: {
    wrong: webAndApi(web, api),
    right: webAndApi({ ...web, calls: { api: { timeout: "10s" } } }, api),
  },
  *check(mesh) {
    const patience = patienceWith(mesh);
    for (const { name, outgoing } of mesh.services) {
      const own = patience.get(name);
      if (!own) continue;
      for (const edge of outgoing) {
        const { callee, timeout, path } = edge;
        if (!isAwaited(edge) || timeout === undefined || timeout <= own.limit) continue;
        const [first, second = first] = wayOf(own);
        const who =
          own.before === undefined
            ? `callers of "${name}" give up`
            : `${shortened([...wayOf(own), callee])}: "${first}" gives up`;
        yield {
          path: formatPath([...parsePath(path), "timeout"]),
          message: `${who} after ${formatDuration(own.limit)}, and "${name}" waits ${formatDuration(timeout)} for "${callee}": the work goes on for nobody`,
          fix: `set the call's timeout to at most ${formatDuration(own.limit)}, give "${second}" more time, or set asynchronous: true if "${name}" doesn't wait for the response`,
        };
      }
    }
  },
};

/** The shortest time for which anybody waits who is on a way of calls to a service. */
interface Patience {
  readonly limit: number;
  readonly name: string;
  /** Who is before it on the way, back to whom the limit belongs; missing where no caller is known. */
  readonly before?: Pick<Patience, "name" | "before">;
}

/** Of every service, what bounds its work: the least of all timeouts on all ways of calls that lead to it. */
function patienceWith({ services }: Mesh): Map<string, Patience> {
  const byName = new Map(services.map((service) => [service.name, service]));
  const starts = services
    .flatMap(({ name, timeout, incoming }): Patience[] => {
      const requests = incoming.filter(isAwaited);
      if (requests.length === 0) return timeout === undefined ? [] : [{ limit: timeout, name }];
      return requests.flatMap(({ source, timeout: limit }) =>
        limit === undefined ? [] : [{ limit, name, before: { name: source.name } }],
      );
    })
    .sort((a, b) => a.limit - b.limit);
  const patience = new Map<string, Patience>();
  // The shortest first: whoever is reached by it needs no longer one.
  for (const start of starts) {
    const next = [start];
    for (let here = next.pop(); here; here = next.pop()) {
      if (patience.has(here.name)) continue;
      patience.set(here.name, here);
      for (const { callee } of (byName.get(here.name)?.outgoing ?? []).filter(isAwaited)) {
        next.push({ limit: here.limit, name: callee, before: here });
      }
    }
  }
  return patience;
}

function wayOf(patience: Pick<Patience, "name" | "before">): string[] {
  const way: string[] = [];
  for (let here: Pick<Patience, "name" | "before"> | undefined = patience; here; here = here.before) {
    way.push(here.name);
  }
  return way.reverse();
}
