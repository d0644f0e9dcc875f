import type {
  PolicyComplianceFramework,
  ResourceValidationPolicy,
  Severity,
  StackValidationPolicy,
} from "@pulumi/policy";
import { configured, schemaOf, type Setting, type Settings } from "./configuration";
import type { Field } from "./reading/field";
import { kubernetesResource, type KubernetesResource, type KubernetesType } from "./reading/resource";

/** One violation. Its message reads "<resource>: <field> <problem>. <cure>" */
export interface Violation {
  /** The field at fault. */
  readonly field: Field;
  /** What is wrong, with the value and the limit: `is 100, above the limit of 50`. Never a value that could be secret. */
  readonly problem: string;
  /** What to do: `Set it to at most 50`. */
  readonly cure: string;
}

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
    enforcementLevel: "mandatory",
    configSchema: schemaOf(settings),
    validateResource: (args, reportViolation) => {
      const resource = kubernetesResource(args);
      if (resource === undefined || !appliesTo(resource.type)) {
        return args.notApplicable(`${policy.displayName} does not concern ${args.type}`);
      }
      const violations = [...judge(resource, configured(policy.name, settings, args.getConfig()))];
      const messages = violations.map((violation) => message(resource, violation));
      for (const text of new Set(messages)) reportViolation(text);
      if (resource.unknowns.size > 0) throw undecided([resource]);
    },
  };
}

/** A policy that judges a stack as a whole, after the engine has been through all resources. */
export function stackPolicy<S extends Record<string, Setting>>(
  policy: Description<S> & {
    /** Whether there is anything for the policy to judge; if not, the reason why it does not apply. */
    readonly appliesTo: (stack: readonly KubernetesResource[], settings: Settings<S>) => true | string;
    /** Yields the messages; throws {@link undecided} if unknown values leave the verdict open. */
    readonly judge: (stack: readonly KubernetesResource[], settings: Settings<S>) => Iterable<string>;
  },
): StackValidationPolicy {
  const { settings, appliesTo, judge, ...description } = policy;
  return {
    ...description,
    enforcementLevel: "mandatory",
    configSchema: schemaOf(settings),
    validateStack: (args, reportViolation) => {
      const config = configured(policy.name, settings, args.getConfig());
      const stack = args.resources.map(kubernetesResource).filter((resource) => resource !== undefined);
      const applies = appliesTo(stack, config);
      if (applies !== true) return args.notApplicable(applies);
      for (const text of judge(stack, config)) reportViolation(text);
    },
  };
}

/**
 * The error by which the engine notices that a policy met unknown values. It then tells so as an advisory, whatever the
 * policy's level, and asks again during the update, when the values are known.
 * https://github.com/pulumi/pulumi-policy/issues/181
 */
export function undecided(resources: readonly KubernetesResource[]): Error {
  const unknowns = resources.flatMap(({ title, unknowns }) =>
    [...unknowns].map((entry) => [title, ...entry] as const),
  );
  const [first] = unknowns;
  if (first === undefined) throw new Error("No judgement is open without an unknown value.");
  // The engine recognizes the error by its class, which `@pulumi/policy` does not let others construct.
  return Object.assign(first[2], {
    message: unknowns.map(([title, text]) => `${title}: ${text}`).join("; "),
  });
}

function message(resource: KubernetesResource, { field, problem, cure }: Violation): string {
  return `${resource.title}: ${field.path} ${problem}. ${cure}.`;
}
