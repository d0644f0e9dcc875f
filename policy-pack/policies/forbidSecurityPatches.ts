import { type Message, nist, resourcePolicy, type Violation } from "../policy";
import { type Field, leaves, UNKNOWN } from "../reading/field";
import { isSecurityObject, type KubernetesResource } from "../reading/resource";
import { isForeignKind } from "../reading/workload";

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
  tool: (kind: string): Message => ({
    problem: `is ${kind}, so a tool changes or deletes objects of this kind after they were judged`,
    fix: "Change the objects themselves instead",
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
    "Patches do not change the spec of AuthorizationPolicies, PeerAuthentications, RequestAuthentications and " +
    "Sidecars, nor their dry-run annotation. No policy engine or GitOps tool changes or deletes these objects.",
  severity: "critical",
  framework: nist("CM-5", "Access restrictions for change"),
  tags: ["istio", "security", "authorization", "mtls"],
  remediationSteps: "Change the object in the program that owns it, or import it into this program.",
  url: "https://istio.io/latest/docs/concepts/security/#authorization-policies",
  settings: {},
  appliesTo: (type) => (type.patch && isSecurityObject(type)) || isForeignKind(type),
  judge(resource): Violation[] {
    const { type, fields } = resource;
    if (isForeignKind(type))
      return changedKinds(resource).map((field) => ({ field, ...messages.tool(String(field.peek)) }));
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

/** The kinds of security objects that a tool changes: by a rule of Kyverno, or by a patch of Flux or Argo CD. */
function changedKinds({ type, fields }: KubernetesResource): Field[] {
  const spec = fields.at("spec");
  const isKyverno = type.group.endsWith("kyverno.io");
  const places = isKyverno ? kyvernoPlaces(type.kind, spec) : [spec];
  // Constraints of Gatekeeper have kinds, too, and only validate them.
  const changed = isKyverno || type.group === "mutations.gatekeeper.sh" ? KINDS : PATCHED;
  return places
    .flatMap(leaves)
    .filter(({ path, peek }) => changed.test(path) && typeof peek === "string" && isSecurityKind(peek));
}

/** Where Kyverno names kinds that a rule changes or deletes. A rule that only validates them has no such place. */
function kyvernoPlaces(kind: string, spec: Field): Field[] {
  if (kind.includes("Cleanup")) return [spec.at("match")];
  const rules = spec
    .at("rules")
    .children()
    .filter((rule) => rule.at("mutate").isSet);
  return rules.flatMap((rule) => {
    const targets = rule.at("mutate", "targets");
    return targets.isSet ? [targets] : [rule.at("match")];
  });
}

/** The paths of the target of a patch. */
const PATCHED = /(patch\w*|targets)\[\d+\](\.target)?\.kind$/i;

/** Those, and the kinds of objects that a rule of Kyverno or a mutation of Gatekeeper changes. */
const KINDS = new RegExp(`\\.kinds\\[\\d+\\]$|${PATCHED.source}`, "i");

/** Whether a kind, possibly with its group and version, is one of Istio's security objects. */
function isSecurityKind(text: string): boolean {
  const [kind = "", ...before] = text.split("/").reverse();
  const group = before.at(-1);
  if (kind === "*") return group === undefined || group === "*" || group === "security.istio.io";
  return ["security.istio.io", "networking.istio.io"].some((one) =>
    isSecurityObject({ group: one, version: "v1", kind, patch: false }),
  );
}
