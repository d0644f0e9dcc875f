import type { ObjectSchema } from "./objectSchema";
import schemas from "./schemas.gen.json";

/**
 * Returns the schema of the spec of one of Istio's kinds, as its CRD has it. Undefined for other kinds.
 *
 * @param group API group of the kind. Default: any, because overrides name kinds alone.
 */
export function istioSchema(kind: string, group?: string): ObjectSchema | undefined {
  const all: Readonly<Record<string, ObjectSchema>> = schemas;
  const name = Object.keys(all).find(
    (one) => one.endsWith(`/${kind}`) && (group === undefined || one.startsWith(`${group}/`)),
  );
  return name === undefined ? undefined : all[name];
}
