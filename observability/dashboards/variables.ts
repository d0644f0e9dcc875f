import type { Mesh } from "../../catalog";
import type { Variable } from "./definition";

/** The platform's namespaces, initially all of them. */
export function namespaces({ namespaces: values }: Mesh): Variable {
  return { name: "namespace", label: "Namespace", values, multi: true };
}

/** The platform's services, initially all of them. */
export function services({ services: all }: Mesh): Variable {
  return { name: "service", label: "Service", values: all.map(({ name }) => name), multi: true };
}
