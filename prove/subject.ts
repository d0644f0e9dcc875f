import type { Mesh } from "../catalog";
import type { ReleaseSpec } from "../components/plain";
import type { Manifest } from "../mesh";

/** What is brought up: the catalog, and everything that is rendered from it. */
export interface Subject {
  readonly mesh: Mesh;
  readonly objects: readonly Manifest[];
  readonly releases: readonly ReleaseSpec[];
  /**
   * Whether another stack or tool installs the control plane. Its values are not known then; the releases have those that
   * the catalog requires. Default: false.
   */
  readonly assumesControlPlane?: boolean;
}
