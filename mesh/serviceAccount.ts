import type { Mesh, Service } from "../catalog";
import { metadata, type Manifest } from "./object";

/**
 * The service accounts that the catalog creates: one for each service, so that policies can distinguish callers, or one
 * that several services share.
 *
 * @see https://istio.io/latest/docs/concepts/security/#istio-identity
 */
export function serviceAccounts(mesh: Mesh): Manifest[] {
  const created = mesh.services.filter(({ serviceAccount }) => serviceAccount.create);
  const accounts = Map.groupBy(created, ({ namespace, serviceAccount: { name } }) => `${namespace}/${name}`);
  return [...accounts.values()].map((sharing) => {
    const [{ namespace, serviceAccount }] = sharing as [Service, ...Service[]];
    return {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: metadata(mesh, {
        name: serviceAccount.name,
        namespace,
        from: sharing.map(({ path }) => path),
        annotations: Object.fromEntries(
          sharing.flatMap((service) => Object.entries(service.serviceAccount.annotations)),
        ),
      }),
    };
  });
}
