import { nameIn } from "../../catalog";
import type { MeshRule } from "../rule";
import { external, http } from "./example";

const catalog = (service: string): object => ({
  name: "store",
  namespace: "shop",
  sharedNamespaces: ["shop"],
  services: { [service]: { ports: { http } } },
  externalServices: { bank: external },
});

export const externalNameApart: MeshRule = {
  code: "MW331",
  severity: "error",
  title: "In a shared namespace, the objects of an external service and of a service have different names",
  stage: "mesh",
  examples: { wrong: catalog("bank-store"), right: catalog("web") },
  *check(mesh) {
    for (const { name, namespace, path } of mesh.externalServices) {
      const own = nameIn(mesh, namespace, name);
      const same = mesh.services.some((service) => service.name === own && service.namespace === namespace);
      if (own === name || !same) continue;
      yield {
        path,
        message: `in the shared namespace "${namespace}" the objects of "${name}" are called "${own}", as those of the service "${own}" are`,
        fix: "rename one of them",
      };
    }
  },
};
