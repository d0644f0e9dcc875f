import type {
  EnforcementLevel,
  PolicyComplianceFramework,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
} from "@pulumi/policy";
import { configured, schemaOf, type Setting, type Settings } from "./configuration";
import { exempting, exemptions, grant, leaveOpen } from "./exemptions";
import { byCluster, type Cluster, clusterOf } from "./reading/cluster";
import { type Field, isUnknownValueError } from "./reading/field";
import { isNodeAgent } from "./reading/nodeAgent";
import { withPatches } from "./reading/patch";
import {
  embeddedObjects,
  kubernetesResources,
  type KubernetesResource,
  type KubernetesType,
  undecided,
} from "./reading/resource";
import { isInScope, scope, type Subject } from "./scope";

/** The text about one field, without the field's name. Neither part ends with a full stop. */
export interface Message {
  /** What is wrong, with the value and the limit: `is 100, above the limit of 50`. Never a value that could be secret. */
  readonly problem: string;
  /** The fix as an instruction: `Set it to at most 50`. */
  readonly fix: string;
}

/** One violation of a resource: the field at fault, and the text about it. */
export interface Violation extends Message {
  readonly field: Field;
}

/** One violation of a stack: the object, or the namespace that lacks one, and the whole message. */
export interface StackViolation {
  readonly subject: Subject;
  readonly message: string;
}

/**
 * The whole message of a violation: `DestinationRule shop/catalog: spec.host is …. Set it to ….`
 *
 * @param title the resource's kind, namespace and name
 * @param path the field's path
 */
export function textOf(title: string, path: string, { problem, fix }: Message): string {
  return `${title}: ${path} ${problem}. ${fix}.`;
}

/** A control of NIST's catalog for information systems. */
export function nist(reference: string, specification: string): PolicyComplianceFramework {
  return { name: "NIST SP 800-53", version: "Rev. 5", reference, specification };
}

/** The settings that every policy has in addition to its own. */
export const commonSettings = { ...scope, exemptions };

type CommonSettings = Settings<typeof commonSettings>;

/** The reference to a policy's page at the end of its description, which Pulumi prints with violations. */
export function pageOf(policy: string): string {
  return `See docs/policies/${policy}.md.`;
}

/** The metadata of every policy of this pack. */
interface Description<S extends Record<string, Setting>> {
  /** The policy's name in kebab case. Its file has the same name in camel case. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly severity: Severity;
  readonly framework: PolicyComplianceFramework;
  readonly tags: string[];
  readonly remediationSteps: string;
  readonly url: string;
  readonly settings: S;
  /** Whether the policy also judges the agents of Istio on each node, which are no applications. Default: false. */
  readonly judgesNodeAgents?: boolean;
  /** `mandatory` by default. */
  readonly enforcementLevel?: EnforcementLevel;
}

/** A violation as {@link PlainPolicy} returns it. */
export interface Finding {
  /** The object at fault, or the namespace that lacks one. */
  readonly subject: Subject;
  /** The path of the field at fault. Undefined if the policy judges objects as a whole. */
  readonly path?: string;
  /** The text without the object and the fix. Of a policy that judges objects as a whole, the whole message. */
  readonly message: string;
  /** The fix as an instruction. Undefined if it is part of the message. */
  readonly fix?: string;
}

/** A policy that also judges objects without Pulumi's engine, such as manifests in files. */
export interface PlainPolicy {
  /**
   * Judges the objects of one cluster, none of which has unknown values.
   *
   * @param given the policy's settings. Defaults apply to the others.
   * @throws Error with the name of each unknown setting
   */
  readonly findingsOf: (
    resources: readonly KubernetesResource[],
    given: Record<string, unknown>,
  ) => Finding[];
}

/** Creates a policy that judges one resource at a time, before the engine creates or updates it. */
export function resourcePolicy<S extends Record<string, Setting>>(
  policy: Description<S> & {
    /** Whether the policy judges resources of this type. */
    readonly appliesTo: (type: KubernetesType) => boolean;
    readonly judge: (resource: KubernetesResource, settings: Settings<S>) => Iterable<Violation>;
  },
): ResourceValidationPolicy & PlainPolicy {
  const { settings, appliesTo, judge, judgesNodeAgents = false, ...description } = policy;
  const isJudged = (resource: KubernetesResource): boolean => judgesNodeAgents || !isNodeAgent(resource);
  const examine = (
    resource: KubernetesResource,
    config: Settings<S> & CommonSettings,
    cluster: () => Cluster,
    report: (finding: Finding, text: string) => void,
  ): void => {
    const seen = new Set<string>();
    for (const { field, problem, fix } of judge(resource, config)) {
      const text = textOf(resource.title, field.path, { problem, fix });
      if (seen.has(text)) continue;
      seen.add(text);
      exempting(policy.name, cluster(), config.exemptions, (reported) => {
        const message = `${field.path} ${problem}.${reported.slice(text.length)}`;
        report({ subject: resource, path: field.path, message, fix: `${fix}.` }, reported);
      })(resource, text);
    }
  };
  return {
    ...description,
    description: `${policy.description} ${pageOf(policy.name)}`,
    enforcementLevel: policy.enforcementLevel ?? "mandatory",
    configSchema: schemaOf({ ...settings, ...commonSettings }),
    validateResource: (args, reportViolation) => {
      grant(policy.name, () => args.getConfig<Partial<CommonSettings>>().exemptions ?? []);
      const resources = kubernetesResources(args)
        .flatMap(withEmbedded)
        .filter(({ type }) => appliesTo(type));
      if (resources.length === 0) {
        return notApplicable(args, `${policy.name} does not apply to ${args.type}`);
      }
      const config = configured(policy.name, settings, commonSettings, args.getConfig());
      const judged = resources.filter((resource) => isInScope(resource, config) && isJudged(resource));
      if (judged.length === 0) {
        const titles = resources.map(({ title }) => title).join(", ");
        const reason = resources.some(isNodeAgent)
          ? "is an agent of Istio on each node"
          : "is excluded by includeFor or excludeFor";
        return notApplicable(args, `${titles} ${reason}`);
      }
      const cluster = () => clusterOf(args.provider);
      for (const resource of judged) {
        examine(resource, config, cluster, (_, text) => {
          reportViolation(text);
        });
      }
      const open = judged.filter(({ unknowns }) => unknowns.size > 0);
      if (open.length === 0) return;
      leaveOpen(policy.name);
      throw undecided(open);
    },
    findingsOf: (resources, given) => {
      const config = configured(policy.name, settings, commonSettings, given);
      grant(policy.name, () => config.exemptions);
      const findings: Finding[] = [];
      for (const resource of resources.flatMap(withEmbedded)) {
        if (!appliesTo(resource.type) || !isInScope(resource, config) || !isJudged(resource)) continue;
        examine(
          resource,
          config,
          () => clusterOf(undefined),
          (finding) => findings.push(finding),
        );
      }
      return findings;
    },
  };
}

/** Each policy asks for them, and the values of a release are long. */
const embedded = new WeakMap<KubernetesResource, readonly KubernetesResource[]>();

function withEmbedded(resource: KubernetesResource): readonly KubernetesResource[] {
  const known = embedded.get(resource) ?? [resource, ...embeddedObjects(resource)];
  embedded.set(resource, known);
  return known;
}

/**
 * Creates a policy that judges a stack as a whole, after the engine has registered all resources. Each cluster of the
 * stack is judged separately, because an object on one cluster does not protect another.
 */
export function stackPolicy<S extends Record<string, Setting>>(
  policy: Description<S> & {
    /** True if the policy applies to the stack, else the reason why it does not. */
    readonly appliesTo: (
      stack: readonly KubernetesResource[],
      settings: Settings<S>,
      cluster: Cluster,
    ) => true | string;
    /**
     * Judges the resources, with the stack's patches applied. Throws {@link undecided} if the verdict depends on unknown
     * values.
     */
    readonly judge: (
      stack: readonly KubernetesResource[],
      settings: Settings<S>,
      cluster: Cluster,
    ) => Iterable<StackViolation>;
  },
): StackValidationPolicy & PlainPolicy {
  const { settings, appliesTo, judge, judgesNodeAgents = false, ...description } = policy;
  const isJudged = (resource: KubernetesResource): boolean => judgesNodeAgents || !isNodeAgent(resource);
  return {
    ...description,
    description: `${policy.description} ${pageOf(policy.name)}`,
    enforcementLevel: policy.enforcementLevel ?? "mandatory",
    configSchema: schemaOf({ ...settings, ...commonSettings }),
    validateStack: (args, reportViolation) => {
      const config = configured(policy.name, settings, commonSettings, args.getConfig());
      grant(policy.name, () => config.exemptions);
      const clusters = byCluster(
        args.resources.flatMap((one) =>
          kubernetesResources(one)
            .filter(isJudged)
            .map((resource) => ({ resource, cluster: clusterOf(one.provider) })),
        ),
      ).map(({ resources, cluster }) => ({ resources: withPatches(resources), cluster }));
      const answers = clusters.map(({ resources, cluster }) => appliesTo(resources, config, cluster));
      if (!answers.includes(true)) return notApplicable(args, answers.join("; "));
      const open: Error[] = [];
      for (const [index, { cluster, resources }] of clusters.entries()) {
        if (answers[index] !== true) continue;
        const report = exempting(policy.name, cluster, config.exemptions, reportViolation);
        const where = clusters.length > 1 ? `Cluster of the provider ${cluster.provider}: ` : "";
        try {
          for (const { subject, message } of judge(resources, config, cluster)) {
            if (isInScope(subject, config)) report(subject, `${where}${message}`);
          }
        } catch (error) {
          // The other clusters are still judged.
          if (!isUnknownValueError(error)) throw error;
          open.push(error);
        }
      }
      const [first] = open;
      if (first === undefined) return;
      leaveOpen(policy.name);
      throw Object.assign(first, { message: open.map(({ message }) => message).join("; ") });
    },
    findingsOf: (resources, given) => {
      const config = configured(policy.name, settings, commonSettings, given);
      grant(policy.name, () => config.exemptions);
      const cluster = clusterOf(undefined);
      const stack = withPatches(resources.filter(isJudged));
      if (appliesTo(stack, config, cluster) !== true) return [];
      const findings: Finding[] = [];
      for (const { subject, message } of judge(stack, config, cluster)) {
        if (!isInScope(subject, config)) continue;
        exempting(policy.name, cluster, config.exemptions, (reported) => {
          findings.push({ subject, message: reported });
        })(subject, message);
      }
      return findings;
    },
  };
}

/**
 * Reports that the policy does not apply. The SDK does that with an exception, whose stack trace would cost more than
 * judging the resource.
 */
function notApplicable(args: { notApplicable: (reason?: string) => never }, reason: string): never {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return args.notApplicable(reason);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
