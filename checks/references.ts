import type { CallDefinition, MeshDefinition } from "../catalog";

/** A call, a gateway's route or an admission, as it is written. */
export interface Reference {
  readonly callee: string;
  readonly call: CallDefinition;
  readonly path: readonly (string | number)[];
  /** Where the callee's name itself stands. */
  readonly calleePath: readonly (string | number)[];
}

/** Every call and admission of every service and every route of every gateway. */
export function* references(definition: MeshDefinition): Iterable<Reference> {
  for (const [service, { calls = {}, admit = {} }] of Object.entries(definition.services)) {
    for (const [callee, value] of Object.entries(calls)) {
      const calleePath = ["services", service, "calls", callee];
      if (isList(value)) {
        for (const [i, call] of value.entries()) yield { callee, call, path: [...calleePath, i], calleePath };
      } else {
        yield { callee, call: value, path: calleePath, calleePath };
      }
    }
    for (const [name, call] of Object.entries(admit)) {
      const path = ["services", service, "admit", name];
      yield { callee: service, call, path, calleePath: path };
    }
  }
  for (const [gateway, { hosts }] of Object.entries(definition.gateways ?? {})) {
    for (const [host, { routes }] of Object.entries(hosts)) {
      for (const [i, route] of routes.entries()) {
        const path = ["gateways", gateway, "hosts", host, "routes", i];
        yield { callee: route.service, call: route, path, calleePath: [...path, "service"] };
      }
    }
  }
}

/** `Array.isArray` doesn't narrow readonly arrays. */
function isList<T>(value: T | readonly T[]): value is readonly T[] {
  return Array.isArray(value);
}
