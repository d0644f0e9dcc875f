import { listAt, numberAt, textAt } from "../field";
import { isManaged } from "../gatewayApi/managed";
import { gatewayGroup } from "../gatewayApi/names";
import { type Model, objectsOf } from "../model";
import { titleOf } from "../object";
import type { Mistake } from "./mistake";

/**
 * Returns Gateways of the Gateway API that request the address of another one, and listeners that a Gateway has twice.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#gatewayspec
 */
export function repeatedListeners(model: Model): Mistake[] {
  const gateways = objectsOf(model, "Gateway", gatewayGroup);
  const addresses = gateways.flatMap((object) =>
    (isManaged(object) ? listAt(object.spec, "addresses") : []).flatMap((address, i) => {
      const value = textAt(address, "value");
      return value === undefined ? [] : [{ object, value, path: `spec.addresses[${i}]` }];
    }),
  );
  const shared = addresses.flatMap(({ object, value, path }, i): Mistake[] => {
    const other = addresses.slice(0, i).find((one) => one.value === value && one.object !== object);
    if (!other) return [];
    return [
      {
        object,
        path,
        problem: `${titleOf(other.object)} requests the address ${value}, too, so the Service of one of the two gets no address`,
        fix: "Add the listeners to one Gateway, or request another address",
      },
    ];
  });
  const repeated = gateways.flatMap((object) => {
    const listeners = listAt(object.spec, "listeners");
    const keys = listeners.map((one) =>
      JSON.stringify([textAt(one, "hostname") ?? "", numberAt(one, "port"), textAt(one, "protocol")]),
    );
    return keys.flatMap((key, i): Mistake[] => {
      const first = keys.indexOf(key);
      if (first === i) return [];
      const names = [first, i].map((at) => textAt(listeners[at], "name") ?? String(at));
      return [
        {
          object,
          path: `spec.listeners[${i}]`,
          problem: `the listeners ${names.join(" and ")} have the same hostname, port and protocol, which the API server refuses`,
          fix: "Remove one of the listeners, or give it another hostname",
        },
      ];
    });
  });
  return [...shared, ...repeated];
}
