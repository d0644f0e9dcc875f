import type { MeshRule } from "../rule";
import { base, http, webAndApi } from "./example";

export const reachable: MeshRule = {
  code: "MW111",
  severity: "info",
  title: "A service is called, or calls others",
  stage: "mesh",
  examples: {
    wrong: {
      ...base,
      services: {
        web: { ports: { http }, calls: { api: {} } },
        api: { ports: { http } },
        old: { ports: { http } },
      },
    },
    right: webAndApi({}, {}),
  },
  *check({ services }) {
    // Without a single call nobody has begun to say who calls whom.
    if (services.every(({ incoming, outgoing }) => incoming.length === 0 && outgoing.length === 0)) return;
    for (const { name, incoming, outgoing, path } of services) {
      // Its own replicas don't bring it into anybody's reach.
      const called = incoming.some(({ source }) => source.kind !== "service" || source.name !== name);
      if (called || outgoing.some(({ callee }) => callee !== name)) continue;
      yield {
        path: path,
        message: `no gateway routes to "${name}", no service calls it, it admits nobody and calls nobody: every request to it is denied`,
        cure: "declare who calls it, by calls, a gateway's route or admit; or remove it",
      };
    }
  },
};
