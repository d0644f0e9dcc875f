import { nameIn } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { external, http } from "./example";

const catalog = (service: string): object => ({
  name: "store",
  namespace: "shop",
  sharedNamespaces: ["shop"],
  services: { [service]: { ports: { http } } },
  externalServices: { bank: external },
});

export const text = (external: string, namespace: string, name: string): Text => ({
  message: `in the shared namespace "${namespace}" the objects of "${external}" are named "${name}", like those of the service "${name}"`,
  fix: "rename one of them",
});

export const externalNameApart: MeshRule = {
  code: "MW331",
  severity: "error",
  title: "In a shared namespace, objects of external services and services have different names",
  why: [
    "In a shared namespace, the objects of an external service are named after it and the catalog.",
    "If a service has the same name, both render a DestinationRule with that name, and one overwrites the other.",
  ],
  see: pages.kubernetesNames,
  stage: "mesh",
  examples: { wrong: catalog("bank-store"), right: catalog("web") },
  *check(mesh) {
    for (const { name, namespace, path } of mesh.externalServices) {
      const own = nameIn(mesh, namespace, name);
      const same = mesh.services.some((service) => service.name === own && service.namespace === namespace);
      if (own === name || !same) continue;
      yield {
        path,
        ...text(name, namespace, own),
      };
    }
  },
};
