import { formatPath, parsePath } from "../../catalog";
import type { MeshRule } from "../rule";
import { webAndApi } from "./example";

const admitting = (namespace: string): object =>
  webAndApi({}, { admit: { prometheus: { namespace, methods: ["GET"], paths: ["/metrics"] } } });

export const admitAccount: MeshRule = {
  code: "MW304",
  severity: "warning",
  title: "No service admits every account of one of the mesh's own namespaces",
  stage: "mesh",
  examples: { wrong: admitting("shop"), right: admitting("monitoring") },
  *check({ services, namespaces }) {
    for (const { name, incoming } of services) {
      for (const { source, path } of incoming) {
        const { kind, namespace, principal } = source;
        if (kind !== "outside" || principal !== undefined || !namespaces.includes(namespace)) continue;
        yield {
          path: formatPath([...parsePath(path), "namespace"]),
          message: `"${name}" admits every service of the namespace "${namespace}", whatever they declare as their calls`,
          fix: "add the call to the services that make it, or name a serviceAccount",
        };
      }
    }
  },
};
