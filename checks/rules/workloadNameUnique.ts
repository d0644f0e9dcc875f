import type { MeshRule } from "../rule";
import { base, http } from "./example";

const workload = { image: "web:1" };
const web = { ports: { http }, versions: { v1: {} }, workload };

export const workloadNameUnique: MeshRule = {
  code: "MW109",
  severity: "error",
  title: "No two Deployments of a namespace have the same name",
  stage: "mesh",
  examples: {
    wrong: { ...base, services: { web, "web-v1": { ports: { http }, workload } } },
    right: { ...base, services: { web, "web-v2": { ports: { http }, workload } } },
  },
  *check({ services }) {
    const taken = new Map<string, string>();
    for (const { namespace, workloads, path } of services) {
      for (const { name } of workloads) {
        const other = taken.get(`${namespace}/${name}`);
        if (other === undefined) {
          taken.set(`${namespace}/${name}`, path);
          continue;
        }
        yield {
          path,
          message: `the Deployments of ${other} and ${path} would both be called "${name}"`,
          fix: "rename the service or the version",
        };
      }
    }
  },
};
