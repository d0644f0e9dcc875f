import { requireSafeEffects } from "../policies/requireSafeEffects";
import { type Resource, validateStack } from "./engine";
import { defaultDeny, deployment, namespace, peerAuthentication, service } from "./resources";

/** A mesh in which require-safe-effects finds nothing. */
export const mesh = [namespace(), peerAuthentication(), defaultDeny(), deployment(), service()];

/** What require-safe-effects reports of resources beside a compliant mesh. */
export const judge = (...stack: Resource[]) => validateStack(requireSafeEffects, [...mesh, ...stack]);

/** The same with the rules of dev. */
export const inDev = (...stack: Resource[]) =>
  validateStack(requireSafeEffects, [...mesh, ...stack], { environment: "dev" });

/** The report of a compliant stack. */
export const accepted = { violations: [] };
