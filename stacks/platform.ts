import type { z } from "zod";
import type { Environment, MeshDefinition } from "../catalog";
import type { GatewayValues, IstiodValues, ObservabilityArgs } from "../components";

/** A platform that a stack can bring up. */
export interface Platform {
  /** What a stack may choose, in `meshwright:options`. Everything has a default. */
  readonly options: z.ZodType<Record<string, unknown>>;
  /** Its catalog, with what differs between stacks settled. */
  readonly catalog: (environment: Environment, options: Record<string, unknown>) => MeshDefinition;
  /** What the platform needs of the control plane. Default: nothing, the defaults of `controlPlane.ts`. */
  readonly controlPlane?: (environment: Environment) => PlatformControlPlane;
  /** What the platform needs of what watches it. Default: nothing, the defaults of `observability.ts`. */
  readonly observability?: (
    environment: Environment,
    options: Record<string, unknown>,
  ) => PlatformObservability;
}

/** Merged over the defaults of `observability.ts`: objects are merged, null removes, everything else is replaced. */
export type PlatformObservability = Omit<ObservabilityArgs, "catalog">;

/** Merged over the defaults of `controlPlane.ts`: objects are merged, null removes, everything else is replaced. */
export interface PlatformControlPlane {
  /** Revision of the control plane; the stack's own setting wins. Default: none. */
  readonly revision?: string;
  readonly istiod?: Omit<IstiodValues, "meshConfig">;
  /** Of every gateway through which traffic comes in. */
  readonly ingress?: GatewayValues;
  /** Of the gateway through which traffic leaves. */
  readonly egress?: GatewayValues;
  /** https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ */
  readonly meshConfig?: Record<string, unknown>;
}
