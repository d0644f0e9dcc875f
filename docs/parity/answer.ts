/** What of ours answers a mistake that others know of. */
export type Answer =
  | { readonly kind: "check"; readonly code: `MW${number}` }
  | { readonly kind: "policy"; readonly name: string }
  /** It can't be written: a test shows it. */
  | { readonly kind: "impossible"; readonly file: string; readonly title: string }
  /** No object of the kind is ever rendered. */
  | { readonly kind: "never"; readonly what: string }
  /** Only a running cluster knows. */
  | { readonly kind: "live"; readonly who: string };

/** A mistake, by the number or code that others gave it. */
export interface Row {
  readonly id: string;
  readonly mistake: string;
  readonly answers: readonly Answer[];
}

export function checks(...codes: `MW${number}`[]): Answer[] {
  return codes.map((code) => ({ kind: "check", code }));
}

export function policies(...names: string[]): Answer[] {
  return names.map((name) => ({ kind: "policy", name }));
}

/** @param file below `tests/`, without `.test.ts`. */
export function impossible(file: string, title: string): Answer[] {
  return [{ kind: "impossible", file, title }];
}

/** @param what is never rendered. */
export function never(what: string): Answer[] {
  return [{ kind: "never", what }];
}

/** @param who tells it of a cluster, if anybody of ours does. */
export function live(who = "`istioctl analyze` of the cluster"): Answer[] {
  return [{ kind: "live", who }];
}

/** Shown by the properties that hold for random catalogs. */
export const competing = impossible(
  "mesh/consistency",
  "has no two objects of a kind for the same host or workload",
);
export const dangling = impossible(
  "mesh/consistency",
  "refers only to what it has itself, or to what is installed with Istio",
);
export const valid = impossible(
  "mesh/renderMesh",
  "gives valid, unique, labelled and annotated objects for any catalog",
);
