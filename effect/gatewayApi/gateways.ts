import { type Model, objectsOf } from "../model";
import type { KnownObject } from "../object";
import { type Implementation, implementationOf } from "./gatewayClass";
import { gatewayGroup } from "./names";

/** Returns the Gateways of the Gateway API that istiod implements in a way, the oldest first. */
export function gatewaysAs(model: Model, as: Implementation): KnownObject[] {
  const classes = objectsOf(model, "GatewayClass", gatewayGroup);
  return objectsOf(model, "Gateway", gatewayGroup).filter((one) => implementationOf(classes, one) === as);
}
