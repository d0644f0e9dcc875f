import type { Fields } from "../../../effect/field";

/** A destination of a route, with its path in the VirtualService. */
export interface PlacedDestination {
  readonly path: string;
  readonly host: string;
  readonly fields: Fields;
  /** Of a route of the Gateway API: the fields with name and port, and the status of the answer, differ. */
  readonly backend?: true;
}
