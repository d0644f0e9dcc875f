import { formatPath, parsePath } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { webAndApi } from "./example";

const admitting = (namespace: string): object =>
  webAndApi({}, { admit: { prometheus: { namespace, methods: ["GET"], paths: ["/metrics"] } } });

export const text = (service: string, namespace: string): Text => ({
  message: `"${service}" admits every service of the namespace "${namespace}", regardless of their declared calls`,
  fix: "add the call to the services that make it, or name a serviceAccount",
});

export const admitServiceAccount: MeshRule = {
  code: "MW304",
  severity: "warning",
  title: "Admissions from the mesh's own namespaces name a service account",
  why: [
    "An admission without a service account admits every pod of the namespace.",
    "In a namespace of the mesh this includes services that declare no such call, so the calls of the catalog no longer list every caller.",
  ],
  see: pages.authorizationPolicy,
  suppress: "every workload of that namespace may call the service.",
  stage: "mesh",
  examples: { wrong: admitting("shop"), right: admitting("monitoring") },
  *check({ services, namespaces }) {
    for (const { name, incoming } of services) {
      for (const { source, path } of incoming) {
        const { kind, namespace, principal } = source;
        if (kind !== "outside" || principal !== undefined || !namespaces.includes(namespace)) continue;
        yield {
          path: formatPath([...parsePath(path), "namespace"]),
          ...text(name, namespace),
        };
      }
    }
  },
};
