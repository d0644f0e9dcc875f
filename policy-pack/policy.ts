import type {
  EnforcementLevel,
  PolicyComplianceFramework,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
} from "@pulumi/policy";
import { configured, schemaOf, type Setting, type Settings } from "./configuration";
import { exempting, exemptions } from "./exemptions";
import type { Field } from "./reading/field";
import {
  kubernetesResource,
  type KubernetesResource,
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
      const resource = kubernetesResource(args);
      if (resource === undefined || !appliesTo(resource.type)) {
        return args.notApplicable(`${policy.displayName} does not concern ${args.type}`);
      }
      const config = configured(policy.name, settings, common, args.getConfig());
      if (!isInScope(resource, config)) {
        return args.notApplicable(`${resource.title} is left out by includeFor or excludeFor`);
      }
      const violations = [...judge(resource, config)];
      const messages = violations.map((violation) => message(resource, violation));
      const report = exempting(policy.name, config.exemptions, reportViolation);
      for (const text of new Set(messages)) report(resource, text);
      if (resource.unknowns.size > 0) throw undecided([resource]);
    },
  };
}

/** A policy that judges a stack as a whole, after the engine has been through all resources. */
export function stackPolicy<S extends Record<string, Setting>>(
  policy: Description<S> & {
    /** Whether there is anything for the policy to judge; if not, the reason why it does not apply. */
    readonly appliesTo: (stack: readonly KubernetesResource[], settings: Settings<S>) => true | string;
    /** Throws {@link undecided} if unknown values leave the verdict open. */
    readonly judge: (stack: readonly KubernetesResource[], settings: Settings<S>) => Iterable<StackViolation>;
  },
): StackValidationPolicy {
  const { settings, appliesTo, judge, ...description } = policy;
  return {
    ...description,
    enforcementLevel: policy.enforcementLevel ?? "mandatory",
    configSchema: schemaOf({ ...settings, ...common }),
    validateStack: (args, reportViolation) => {
      const config = configured(policy.name, settings, common, args.getConfig());
      const stack = args.resources.map(kubernetesResource).filter((resource) => resource !== undefined);
      const applies = appliesTo(stack, config);
      if (applies !== true) return args.notApplicable(applies);
      const report = exempting(policy.name, config.exemptions, reportViolation);
      for (const { subject, message } of judge(stack, config)) {
        if (isInScope(subject, config)) report(subject, message);
      }
    },
  };
}

function message(resource: KubernetesResource, { field, problem, cure }: Violation): string {
  return `${resource.title}: ${field.path} ${problem}. ${cure}.`;
}
