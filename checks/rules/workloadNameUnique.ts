import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { base, http } from "./example";

const workload = { image: "web:1" };
const web = { ports: { http }, versions: { v1: {} }, workload };

export const text = (name: string, first: string, second: string): Text => ({
  message: `the workloads of ${first} and ${second} would both be named "${name}"`,
  fix: "rename the service or the version",
});

export const workloadNameUnique: MeshRule = {
  code: "MW109",
  severity: "error",
  title: "Workloads of a namespace have different names",
  why: [
    "A workload is named after its service and version, such as `web-v1`, and an object's name is unique in its namespace and kind.",
    "With the same name, one workload would overwrite the other, and the pods of one service would disappear.",
  ],
  see: pages.kubernetesNames,
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
          ...text(name, other, path),
        };
      }
    }
  },
};
