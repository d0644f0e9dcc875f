import type { WorkloadDefinition } from "../catalog";

/**
 * The workload of PostgreSQL's public image, for the service `name`. The image has no user of its own, so it runs as the
 * user `postgres`, 999, which owns the data. The password of the superuser is generated.
 */
export function postgres(name: string) {
  const data = "/var/lib/postgresql/data";
  return {
    image: "postgres:17.6",
    replicas: 1,
    runAsUser: 999,
    generatedSecrets: { [`${name}-superuser`]: "password" },
    env: {
      PGDATA: `${data}/pgdata`,
      POSTGRES_PASSWORD: { valueFrom: { secretKeyRef: { name: `${name}-superuser`, key: "password" } } },
    },
    pod: {
      securityContext: { fsGroup: 999 },
      containers: [{ name, volumeMounts: [{ name: "data", mountPath: data }] }],
      volumes: [{ name: "data", emptyDir: {} }],
    },
  } satisfies WorkloadDefinition;
}
