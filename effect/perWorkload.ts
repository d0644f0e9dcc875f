import type { Model } from "./model";
import type { Workload } from "./workload";

/** Returns a function that reads the same of a workload only once: each request asks for it several times. */
export function perWorkload<T>(
  read: (model: Model, workload: Workload) => T,
): (model: Model, workload: Workload) => T {
  const byModel = new WeakMap<Model, WeakMap<Workload, { readonly value: T }>>();
  return (model, workload) => {
    let byWorkload = byModel.get(model);
    if (byWorkload === undefined) byModel.set(model, (byWorkload = new WeakMap()));
    let known = byWorkload.get(workload);
    if (known === undefined) byWorkload.set(workload, (known = { value: read(model, workload) }));
    return known.value;
  };
}
