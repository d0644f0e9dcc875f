import { forgetExemptions } from "../../policy-pack/exemptions";
import type { Finding } from "../../policy-pack/policy";
import { policies } from "../../policy-pack/policies";
import { kubernetesResources, type KubernetesResource } from "../../policy-pack/reading/resource";
import type { PlainObject } from "../../effect";
import type { AuditSeverity, Found } from "./finding";
import { isChartConfiguration, type ReleaseProps, releaseOfMeshConfig, releaseProps } from "./meshReleases";
import type { ReleaseSource } from "./sources";

/** Settings by policy, as `pulumi up --policy-pack-config` takes them. */
export type PolicySettings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The policies about the mesh configuration: they judge it in the ConfigMap of istiod, too. */
const ofMeshConfig = [
  "bound-trace-sampling",
  "forbid-weaker-mtls",
  "restrict-egress",
  "restrict-pod-annotations",
];

/**
 * Judges objects by the policies of the policy pack.
 *
 * @param settings a preset, with the organization's own settings on top.
 * @throws Error for an unknown setting
 */
export function policyFindings(
  objects: readonly PlainObject[],
  releases: readonly ReleaseSource[],
  settings: PolicySettings,
): Found[] {
  forgetExemptions();
  const configurations = objects.flatMap((object) => {
    const release = releaseOfMeshConfig(object);
    return release ? [{ object, release }] : [];
  });
  const stack = [
    ...objects.filter((object) => !isChartConfiguration(object)).flatMap(resourcesOf),
    ...releases.flatMap((one) => resourcesOfRelease(releaseProps(one))),
  ];
  const shown = configurations.flatMap(({ release }) => resourcesOfRelease(release));
  return policies.flatMap((policy) => {
    const { enforcementLevel = policy.enforcementLevel, ...own } =
      settings[policy.name] ?? settings.all ?? {};
    if (enforcementLevel === "disabled") return [];
    const severity: AuditSeverity = policy.tags?.includes("report")
      ? "info"
      : enforcementLevel === "advisory"
        ? "warning"
        : "error";
    const findings =
      "validateStack" in policy
        ? policy.findingsOf([...stack, ...shown], own)
        : [
            ...policy.findingsOf(stack, own),
            ...(ofMeshConfig.includes(policy.name) ? inConfigMap(policy.findingsOf(shown, own)) : []),
          ];
    return (severity === "info" ? findings.flatMap(exemptionsOnly) : findings).map((finding) =>
      foundBy(policy.name, severity, finding),
    );
  });
}

/** The report of coverage without its counts, which the rules about mutual TLS state for each workload. */
function exemptionsOnly({ message, ...rest }: Finding): Finding[] {
  const lines = message.split("\n").filter((line) => /^(Exempt from|Not needed)/.test(line));
  return lines.length === 0 ? [] : [{ ...rest, message: lines.join("\n") }];
}

/** Of a mesh configuration, only its own fields are known, and the ConfigMap has them in one text. */
function inConfigMap(findings: readonly Finding[]): Finding[] {
  const own = "values.meshConfig";
  return findings
    .filter(({ path = "" }) => path.startsWith(own))
    .map(({ subject, message, ...rest }) => ({
      ...rest,
      subject: { ...subject, name: "istio", kind: "ConfigMap" },
      path: "data.mesh",
      message: message.replace(own, "meshConfig"),
    }));
}

function foundBy(code: string, severity: AuditSeverity, { subject, path, message, fix }: Finding): Found {
  const { name, namespace = "", type } = subject as Partial<KubernetesResource> & Finding["subject"];
  const shown = (subject as { readonly kind?: string }).kind ?? type?.kind;
  const isPlace = shown === undefined && name !== undefined;
  const text = shown === undefined ? message : withoutTitle(message, subject);
  return {
    code,
    severity,
    ...(shown !== undefined && { object: { kind: shown, namespace, name: name ?? "" } }),
    // A namespace that lacks an object. The namespace can be one that the objects don't contain.
    ...(isPlace && { object: { kind: "Namespace", namespace: "", name: namespace } }),
    ...pathIn(path, text),
    message: text,
    ...(fix !== undefined && { fix }),
  };
}

/** The path of the field at fault. Policies of a whole stack name it at the beginning of their text. */
function pathIn(path: string | undefined, text: string): { readonly path?: string } {
  const [own] = path === undefined ? (/^(?:spec|metadata|data)[.[]\S+(?= is )/.exec(text) ?? []) : [path];
  return own === undefined ? {} : { path: own };
}

/** The text without the object, which findings are grouped by. */
function withoutTitle(message: string, subject: Finding["subject"]): string {
  const { title } = subject as Partial<KubernetesResource>;
  return title !== undefined && message.startsWith(`${title}: `) ? message.slice(title.length + 2) : message;
}

function resourcesOf(object: PlainObject): KubernetesResource[] {
  const { apiVersion, kind, metadata } = object;
  const [version = "", group = "core"] = apiVersion.split("/").reverse();
  const { name = "" } = (metadata ?? {}) as { readonly name?: string };
  return kubernetesResources({
    type: `kubernetes:${group}/${version}:${kind}`,
    name,
    urn: name,
    props: object,
  });
}

function resourcesOfRelease(release: ReleaseProps): KubernetesResource[] {
  const { name } = release;
  return kubernetesResources({
    type: "kubernetes:helm.sh/v3:Release",
    name,
    urn: name,
    props: { ...release },
  });
}
