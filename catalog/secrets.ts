import type { Mesh } from "./mesh";
import { compare } from "./order";

/** A Secret from which workloads read values. */
export interface WorkloadSecret {
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly string[];
  /** Whether it holds one generated password. Other Secrets must exist. */
  readonly generated: boolean;
}

/** The Secrets that the mesh's workloads generate or refer to in environment variables, by namespace and name. */
export function workloadSecrets({ services }: Pick<Mesh, "services">): WorkloadSecret[] {
  const found = new Map<string, WorkloadSecret>();
  const add = (namespace: string, name: string, key: string, generated: boolean): void => {
    const place = `${namespace}/${name}`;
    const known = found.get(place);
    const keys = [...new Set([...(known?.keys ?? []), key])].sort();
    found.set(place, { namespace, name, keys, generated: generated || (known?.generated ?? false) });
  };
  for (const { namespace, workloads } of services) {
    for (const { env, generatedSecrets } of workloads) {
      for (const [name, key] of Object.entries(generatedSecrets)) add(namespace, name, key, true);
      for (const value of Object.values(env)) {
        const source = typeof value === "string" ? undefined : value.valueFrom.secretKeyRef;
        if (source?.name === undefined || source.optional === true) continue;
        add(namespace, source.name, source.key, false);
      }
    }
  }
  return [...found].sort(([a], [b]) => compare(a, b)).map(([, secret]) => secret);
}
