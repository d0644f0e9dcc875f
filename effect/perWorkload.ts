import type { Model } from "./model";
import type { Workload } from "./workload";

/** Returns a function that reads the same of a workload only once: each request asks for it several times. */
export function perWorkload<T>(
  read: (model: Model, workload: Workload) => T,
): (model: Model, workload: Workload) => T {
  const byModel = new WeakMap<Model, WeakMap<Workload, { readonly value: T }>>();
  return (model, workload) => {
    const byWorkload = byModel.get(model) ?? new WeakMap<Workload, { readonly value: T }>();
    byModel.set(model, byWorkload);
    const known = byWorkload.get(workload) ?? { value: read(model, workload) };
    byWorkload.set(workload, known);
    return known.value;
  };
}
