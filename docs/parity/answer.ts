/** Meshwright's equivalent of another tool's check. */
export type Answer =
  | { readonly kind: "check"; readonly code: `MW${number}` }
  | { readonly kind: "policy"; readonly name: string }
  /** The mistake can't be rendered, as a test shows. */
  | { readonly kind: "impossible"; readonly file: string; readonly title: string }
  /** No object of this kind is ever rendered. */
  | { readonly kind: "never"; readonly what: string }
  /** Only the running cluster shows the mistake. */
  | { readonly kind: "live"; readonly who: string };

/** A mistake, with the number or code of its source. */
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

/** @param file path below `tests/`, without `.test.ts`. */
export function impossible(file: string, title: string): Answer[] {
  return [{ kind: "impossible", file, title }];
}

/** @param what the kind that is never rendered. */
export function never(what: string): Answer[] {
  return [{ kind: "never", what }];
}

/** @param who the tool that reports it for a cluster. */
export function live(who = "`istioctl analyze` on the cluster"): Answer[] {
  return [{ kind: "live", who }];
}

/** Property tests with random catalogs. */
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
