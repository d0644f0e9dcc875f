import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, UNKNOWN } from "../reading/field";
import { isSecurityObject } from "../reading/resource";

/** The texts of this policy's violations. */
export const messages = {
  spec: (): Message => ({
    problem: "is changed by a patch, whose effect depends on the rest of the object",
    fix: "Change the object itself instead",
  }),
  dryRun: (): Message => ({
    problem: "is set by a patch, so the object is possibly not enforced any more",
    fix: "Change the object itself instead",
  }),
};

/**
 * A patch changes some fields of an object that another program owns. Adding a selector to a default deny, or the dry-run
 * annotation, disables it, although each changed field is harmless alone.
 * https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
 */
export const forbidSecurityPatches = resourcePolicy({
  name: "forbid-security-patches",
  displayName: "Security objects are not patched",
  description:
    "Patches do not change the spec of AuthorizationPolicies, PeerAuthentications, RequestAuthentications and Sidecars, nor " +
    "their dry-run annotation.",
  severity: "critical",
  framework: nist("CM-5", "Access restrictions for change"),
  tags: ["istio", "security", "authorization", "mtls"],
  remediationSteps: "Change the object in the program that owns it, or import it into this program.",
  url: "https://istio.io/latest/docs/concepts/security/#authorization-policies",
  settings: {},
  appliesTo: (type) => type.patch && isSecurityObject(type),
  judge({ fields }): Violation[] {
    const spec = fields.at("spec");
    const dryRun = fields.at("metadata", "annotations", "istio.io/dry-run");
    return [
      ...(isChanged(spec) ? [{ field: spec, ...messages.spec() }] : []),
      ...(isChanged(dryRun) ? [{ field: dryRun, ...messages.dryRun() }] : []),
    ];
  },
});

function isChanged(field: Field): boolean {
  return field.isSet && field.value !== UNKNOWN;
}
