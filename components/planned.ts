import type { ObservabilityArgs } from "./observabilityArgs";
import type { ObservabilityPlan } from "./observabilityPlan";
import type { ServiceMeshArgs, ServiceMeshPlan } from "./serviceMeshPlan";

/** Plans, keyed by the arguments that they were made from. */
const plans = new WeakMap<object, ServiceMeshPlan | ObservabilityPlan>();

/** Returns a component's arguments with a plan, which the component uses instead of making it again. */
export function withPlan(args: ServiceMeshArgs, plan: ServiceMeshPlan): ServiceMeshArgs;
export function withPlan(args: ObservabilityArgs, plan: ObservabilityPlan): ObservabilityArgs;
export function withPlan<Args extends object>(args: Args, plan: ServiceMeshPlan | ObservabilityPlan): Args {
  plans.set(args, plan);
  return args;
}

/** Returns the plan that {@link withPlan} attached to `args`, or makes it. */
export function planFor<Plan extends ServiceMeshPlan | ObservabilityPlan>(
  args: object,
  make: () => Plan,
): Plan {
  return (plans.get(args) as Plan | undefined) ?? make();
}
