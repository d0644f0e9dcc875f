import type { KnownObject } from "../object";

/** A setting of an object that Istio ignores, or reads otherwise than it is written. */
export interface Mistake {
  readonly object: KnownObject;
  /** Path of the field, such as `spec.http[0]`. */
  readonly path: string;
  /** A sentence that begins in lower case, without a full stop. */
  readonly problem: string;
  /** An instruction. */
  readonly fix: string;
}
