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
import {
  kubernetesResource,
  type KubernetesResource,
  kubernetesType,
  type KubernetesType,
  undecided,
} from "./reading/resource";
import { isInScope, scope, type Subject } from "./scope";

/** One violation. Its message reads "<resource>: <field> <problem>. <cure>" */
export interface Violation {
  /** The field at fault. */
  readonly field: Field;
  /** What is wrong, with the value and the limit: `is 100, above the limit of 50`. Never a value that could be secret. */
  readonly problem: string;
  /** What to do: `Set it to at most 50`. */
  readonly cure: string;
}

/** One violation of a stack: an object, or a namespace that lacks one, and the whole message. */
export interface StackViolation {
  readonly subject: Subject;
  readonly message: string;
}

/** A control of NIST's catalogue for information systems. */
export function nist(reference: string, specification: string): PolicyComplianceFramework {
  return { name: "NIST SP 800-53", version: "Rev. 5", reference, specification };
}

/** Every policy has these settings besides its own. */
const common = { ...scope, exemptions };

type CommonSettings = Settings<typeof common>;

/** What every policy of this pack tells about itself. */
interface Description<S extends Record<string, Setting>> {
  /** The policy's name in kebab case; its file has the same name in camel case. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly severity: Severity;
  readonly framework: PolicyComplianceFramework;
  readonly tags: string[];
  readonly remediationSteps: string;
  readonly url: string;
  readonly settings: S;
  /** Default: mandatory. */
  readonly enforcementLevel?: EnforcementLevel;
}

/** A policy that judges one resource at a time, before the engine creates or updates it. */
export function resourcePolicy<S extends Record<string, Setting>>(
  policy: Description<S> & {
    /** The types that the policy judges; it does not apply to others. */
    readonly appliesTo: (type: KubernetesType) => boolean;
    readonly judge: (resource: KubernetesResource, settings: Settings<S>) => Iterable<Violation>;
  },
): ResourceValidationPolicy {
  const { settings, appliesTo, judge, ...description } = policy;
  return {
    ...description,
    enforcementLevel: policy.enforcementLevel ?? "mandatory",
    configSchema: schemaOf({ ...settings, ...common }),
    validateResource: (args, reportViolation) => {
      grant(policy.name, () => args.getConfig<Partial<CommonSettings>>().exemptions ?? []);
      // By far most resources are no concern of a policy: the type alone tells, before anything else is read.
      const type = kubernetesType(args.type);
      const resource = type !== undefined && appliesTo(type) ? kubernetesResource(args) : undefined;
      if (resource === undefined) {
        return notApplicable(args, `${policy.displayName} does not concern ${args.type}`);
      }
      const config = configured(policy.name, settings, common, args.getConfig());
      if (!isInScope(resource, config)) {
        return notApplicable(args, `${resource.title} is left out by includeFor or excludeFor`);
      }
      const violations = [...judge(resource, config)];
      const messages = violations.map((violation) => message(resource, violation));
      if (messages.length > 0) {
        const report = exempting(policy.name, clusterOf(args.provider), config.exemptions, reportViolation);
        for (const text of new Set(messages)) report(resource, text);
      }
      if (resource.unknowns.size === 0) return;
      leaveOpen(policy.name);
      throw undecided([resource]);
    },
  };
}

/**
 * A policy that judges a stack as a whole, after the engine has been through all resources. Each cluster of the stack is
 * judged by itself: what guards one mesh does not guard another.
 */
export function stackPolicy<S extends Record<string, Setting>>(
  policy: Description<S> & {
    /** Whether there is anything for the policy to judge; if not, the reason why it does not apply. */
    readonly appliesTo: (
      stack: readonly KubernetesResource[],
      settings: Settings<S>,
      cluster: Cluster,
    ) => true | string;
    /** Throws {@link undecided} if unknown values leave the verdict open. */
    readonly judge: (
      stack: readonly KubernetesResource[],
      settings: Settings<S>,
      cluster: Cluster,
    ) => Iterable<StackViolation>;
  },
): StackValidationPolicy {
  const { settings, appliesTo, judge, ...description } = policy;
  return {
    ...description,
    enforcementLevel: policy.enforcementLevel ?? "mandatory",
    configSchema: schemaOf({ ...settings, ...common }),
    validateStack: (args, reportViolation) => {
      const config = configured(policy.name, settings, common, args.getConfig());
      grant(policy.name, () => config.exemptions);
      const clusters = byCluster(
        args.resources.flatMap((one) => {
          const resource = kubernetesResource(one);
          return resource === undefined ? [] : [{ resource, cluster: clusterOf(one.provider) }];
        }),
      );
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
          // The other clusters are judged none the less.
          if (!isUnknownValueError(error)) throw error;
          open.push(error);
        }
      }
      const [first] = open;
      if (first === undefined) return;
      leaveOpen(policy.name);
      throw Object.assign(first, { message: open.map(({ message }) => message).join("; ") });
    },
  };
}

/**
 * Tells that the policy does not apply, for which the SDK throws. A stack trace for each resource and policy would cost
 * more than all judging.
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

function message(resource: KubernetesResource, { field, problem, cure }: Violation): string {
  return `${resource.title}: ${field.path} ${problem}. ${cure}.`;
}
