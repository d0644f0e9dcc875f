import { z } from "zod";
import type { Environment, MeshDefinition } from "../catalog";
import type { GatewayValues, IstiodValues, ObservabilityArgs } from "../components/plain";
import type { ClusterSettings } from "./cluster/settings";

/** A catalog with its settings, which a stack deploys: the result of {@link definePlatform}. */
export interface Platform {
  /** Name of the platform. The setting `meshwright:platform` selects it. */
  readonly name: string;
  /** Validates the stack's `meshwright:options`. */
  readonly options: OptionsSchema<Record<string, unknown>>;
  /** Returns the catalog of a stack. */
  readonly catalog: (environment: Environment, options: Record<string, unknown>) => MeshDefinition;
  /** Returns the platform's changes of the control plane. */
  readonly controlPlane?: (environment: Environment) => PlatformControlPlane;
  /** Returns the platform's changes of the observability components. */
  readonly observability?: (
    environment: Environment,
    options: Record<string, unknown>,
  ) => PlatformObservability;
}

/** Arguments of {@link definePlatform}. */
export interface PlatformDefinition<Options extends object> {
  /** Name of the platform. `pulumi up` shows it, and the setting `meshwright:platform` selects it. */
  readonly name: string;
  /**
   * Zod schema of the stack's `meshwright:options`, for settings of the catalog such as a host name. Each option must
   * be optional or have a default. Default: no options; any option in the stack's configuration is an error.
   */
  readonly options?: OptionsSchema<Options>;
  /** The catalog, or a function that returns the catalog of a stack. */
  readonly catalog: MeshDefinition | ((environment: Environment, options: Options) => MeshDefinition);
  /** Changes of the control plane. Default: none. */
  readonly controlPlane?: PlatformControlPlane | ((environment: Environment) => PlatformControlPlane);
  /** Changes of the observability components. Default: none. */
  readonly observability?:
    PlatformObservability | ((environment: Environment, options: Options) => PlatformObservability);
}

/** The part of a Zod schema that validates options. It lets a platform use its own version of Zod. */
export interface OptionsSchema<Options extends object> {
  safeParse(
    value: unknown,
  ):
    | { readonly success: true; readonly data: Options }
    | { readonly success: false; readonly error: { readonly issues: readonly OptionIssue[] } };
}

/** An invalid option. */
interface OptionIssue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Changes that are merged over the defaults of `observability.ts`: objects are merged, null removes a value, and
 * everything else is replaced.
 */
export type PlatformObservability = Omit<ObservabilityArgs, "catalog">;

/**
 * Changes that are merged over the defaults of `controlPlane.ts`: objects are merged, null removes a value, and
 * everything else is replaced.
 */
export interface PlatformControlPlane {
  /** Revision of the control plane. The stack's setting `meshwright:revision` takes precedence. Default: none. */
  readonly revision?: string;
  /** Values of the chart `istiod`. Default: none. */
  readonly istiod?: Omit<IstiodValues, "meshConfig">;
  /** Values of the chart `gateway`, for every ingress gateway. Default: none. */
  readonly ingress?: GatewayValues;
  /** Values of the chart `gateway`, for the egress gateway. Default: none. */
  readonly egress?: GatewayValues;
  /**
   * Mesh-wide settings of the chart `istiod`. Default: none.
   * https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
   */
  readonly meshConfig?: Record<string, unknown>;
  /** Settings of the platform's clusters; the stack's setting `meshwright:cluster` is merged over them. Default: none. */
  readonly cluster?: ClusterSettings;
}

/**
 * Declares a platform, for {@link deploy}.
 *
 * @example
 * ```ts
 * export = deploy(definePlatform({ name: "shop", catalog }));
 * ```
 */
export function definePlatform<Options extends object = Record<string, never>>({
  name,
  options = z.strictObject({}) as OptionsSchema<never>,
  catalog,
  controlPlane,
  observability,
}: PlatformDefinition<Options>): Platform {
  // These functions get only options that the schema has accepted.
  return {
    name,
    options: options as OptionsSchema<Record<string, unknown>>,
    catalog: asFunction(catalog) as Platform["catalog"],
    ...(controlPlane !== undefined && { controlPlane: asFunction(controlPlane) }),
    ...(observability !== undefined && {
      observability: asFunction(observability) as NonNullable<Platform["observability"]>,
    }),
  };
}

function asFunction<Args extends unknown[], T extends object>(
  given: T | ((...args: Args) => T),
): (...args: Args) => T {
  return typeof given === "function" ? given : () => given;
}
