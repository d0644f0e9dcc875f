import * as sdk from "@pulumi/policy";
import type {
  PolicyResource,
  PolicyResourceOptions,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";

/** The engine's value for a string that is unknown during preview. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A resource of a program under test. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
  /** The arguments of its provider, by the provider's name. */
  readonly provider?: { readonly name: string; readonly props: Record<string, unknown> };
}

/** What a policy said. */
export interface Outcome {
  readonly violations: string[];
  /** What the engine prints as an advisory when unknown values left something open. */
  readonly undecided?: string;
  readonly notApplicable?: string;
}

type Configuration = Record<string, unknown>;

class NotApplicable extends Error {
  private static readonly thrown = new Map<string | undefined, NotApplicable>();

  /** The error for a reason. One each is enough: most policies judge few resources, and a stack trace takes long. */
  static because(reason: string | undefined): NotApplicable {
    const error = this.thrown.get(reason) ?? new NotApplicable(reason);
    this.thrown.set(reason, error);
    return error;
  }
}

// Exported by the SDK, yet missing from its type declarations.
const { unknownCheckingProxy, UnknownValueError } = sdk as unknown as {
  unknownCheckingProxy: (props: object) => Record<string, unknown>;
  UnknownValueError: new () => Error;
};

/** The properties as the engine hands them to a policy: reading an unknown value throws. */
export const guarded = unknownCheckingProxy;

/** Runs a resource policy as the SDK's server does, which guards properties against reads of unknown values. */
export async function validateResource(
  policy: ResourceValidationPolicy,
  resource: Resource,
  configuration: Configuration = {},
): Promise<Outcome> {
  const validate = policy.validateResource;
  if (typeof validate !== "function") throw new Error(`${policy.name} judges no resource`);
  return outcome((report) => validate({ ...engineArgs(resource), ...callbacks(configuration) }, report));
}

/** Runs a stack policy as the SDK's server does. */
export async function validateStack(
  policy: StackValidationPolicy,
  resources: Resource[],
  configuration: Configuration = {},
): Promise<Outcome> {
  const stack = resources.map((resource): PolicyResource => ({
    ...engineArgs(resource),
    dependencies: [],
    propertyDependencies: {},
  }));
  return outcome((report) => policy.validateStack({ resources: stack, ...callbacks(configuration) }, report));
}

function engineArgs({ type, name, props, provider }: Resource) {
  return {
    ...(provider === undefined
      ? {}
      : {
          provider: {
            type: "pulumi:providers:kubernetes",
            urn: `urn:pulumi:dev::shop::pulumi:providers:kubernetes::${provider.name}`,
            name: provider.name,
            props: guarded(provider.props),
          },
        }),
    type,
    name,
    urn: `urn:pulumi:dev::shop::${type}::${name}`,
    props: guarded(props),
    opts: {} as PolicyResourceOptions,
    isType: () => false,
    asType: () => undefined,
  };
}

function callbacks(configuration: Configuration) {
  return {
    stackTags: new Map<string, string>(),
    getConfig: () => configuration as never,
    notApplicable: (reason?: string): never => {
      throw NotApplicable.because(reason);
    },
  };
}

async function outcome(run: (report: (message: string) => void) => Promise<void> | void): Promise<Outcome> {
  const violations: string[] = [];
  try {
    await run((message) => violations.push(message));
    return { violations };
  } catch (error) {
    if (error instanceof NotApplicable) return { violations, notApplicable: error.message };
    if (error instanceof UnknownValueError) return { violations, undecided: error.message };
    throw error;
  }
}
