import { textAt } from "../field";
import type { KnownObject } from "../object";

/** Who implements a Gateway: istiod as a gateway, istiod as a waypoint of ambient mode, or another controller. */
export type Implementation = "gateway" | "waypoint" | "other";

/** Controllers that istiod implements. */
const controllers: ReadonlyMap<string, Implementation> = new Map([
  ["istio.io/gateway-controller", "gateway"],
  ["istio.io/mesh-controller", "waypoint"],
  ["istio.io/eastwest-controller", "waypoint"],
]);

/** Classes that istiod knows without an object. */
const builtIn: ReadonlyMap<string, Implementation> = new Map([
  ["istio", "gateway"],
  ["istio-waypoint", "waypoint"],
  ["istio-east-west", "waypoint"],
]);

/** Whether a class exists: among the objects, or in istiod itself. */
export function isKnownClass(classes: readonly KnownObject[], name: string): boolean {
  return builtIn.has(name) || classes.some((one) => one.name === name);
}

/** Returns who implements a Gateway, by its class. */
export function implementationOf(classes: readonly KnownObject[], gateway: KnownObject): Implementation {
  const name = textAt(gateway.spec, "gatewayClassName") ?? "";
  const found = classes.find((one) => one.name === name);
  const own = found && controllers.get(textAt(found.spec, "controllerName") ?? "");
  return found ? (own ?? "other") : (builtIn.get(name) ?? "other");
}
