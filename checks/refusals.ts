import type { KnownObject } from "../effect";
import { crdRefusals } from "./crdRefusals";
import { kubernetesRefusals } from "./kubernetesRefusals";

/** Returns why the API server refuses an object, one text for each reason. Empty for kinds that are not known. */
export function refusals(object: KnownObject): string[] {
  return [...crdRefusals(object.group, object.kind, object.spec), ...kubernetesRefusals(object)];
}
