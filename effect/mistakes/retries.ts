import { milliseconds } from "../duration";
import { fieldsAt, listAt, numberAt, textAt } from "../field";
import { type Model, objectsOf } from "../model";
import type { Mistake } from "./mistake";

/**
 * Returns retries that no slow attempt gets, because the time of one attempt is that of the whole request.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPRetry
 */
export function uselessRetries(model: Model): Mistake[] {
  return objectsOf(model, "VirtualService", "networking.istio.io").flatMap((object) =>
    listAt(object.spec, "http").flatMap((route, i): Mistake[] => {
      const retries = fieldsAt(route, "retries");
      const whole = textAt(route, "timeout");
      const attempt = textAt(retries, "perTryTimeout");
      const [all, one] = [milliseconds(whole) ?? 0, milliseconds(attempt) ?? 0];
      // A timeout of 0 is none.
      if ((numberAt(retries, "attempts") ?? 0) === 0 || all === 0 || one < all) return [];
      return [
        {
          object,
          path: `spec.http[${i}].retries.perTryTimeout`,
          problem: `an attempt may take ${attempt ?? ""}, and the whole request ${whole ?? ""}, so a slow attempt is never retried`,
          fix: "Lower perTryTimeout, or raise the timeout of the route",
        },
      ];
    }),
  );
}
