import type { Fields } from "./field";
import type { ObjectName } from "./object";

/** A VirtualService with full names. */
export interface VirtualService {
  readonly from: ObjectName;
  readonly namespace: string;
  readonly hosts: readonly string[];
  /** `mesh`, or Gateways as `<namespace>/<name>`. */
  readonly gateways: readonly string[];
  readonly exportTo: readonly string[];
  readonly http: readonly Fields[];
  readonly tls: readonly Fields[];
  readonly tcp: readonly Fields[];
  /**
   * The objects of the Gateway API and their rules from which the HTTP routes are derived. Undefined for a VirtualService.
   */
  readonly origins?: readonly (ObjectName & { readonly route: number })[];
}
