import type { Field } from "../reading/field";

/** The paths by which an ACME server verifies a host over plaintext. https://www.rfc-editor.org/rfc/rfc8555#section-8.3 */
export const CHALLENGES = "/.well-known/acme-challenge/";

/** Whether a path, or each path with a prefix, is a challenge's. A prefix without the slash also matches other names. */
export function isChallenge(path: Field): boolean {
  const { value } = path;
  return typeof value === "string" && value.startsWith(CHALLENGES);
}
