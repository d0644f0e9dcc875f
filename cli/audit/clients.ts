import { mayHaveClients } from "../../effect";
import type { Audited } from "./audited";
import { type Found, titleOf } from "./finding";

/** The policy whose findings say that a Service has no limits. */
const limits = "require-circuit-breakers";

/**
 * Leaves out findings about missing limits of Services that no workload of the mesh may call through its proxy. Only
 * such a proxy would apply them. Files may leave out callers, so their findings stay.
 */
export function withClients(found: readonly Found[], { model, complete }: Audited): readonly Found[] {
  if (!complete) return found;
  const uncalled = new Set(
    found
      .filter(({ code }) => code === limits)
      .flatMap(({ object }) => (object ? [titleOf(object)] : []))
      .filter((title) => {
        const service = model.services.find(({ from }) => titleOf(from) === title);
        return service !== undefined && !mayHaveClients(model, service);
      }),
  );
  return found.filter(({ code, object }) => code !== limits || !object || !uncalled.has(titleOf(object)));
}
