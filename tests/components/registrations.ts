import * as pulumi from "@pulumi/pulumi";

/*
 * Pulumi records a stack trace for every promise and resource. ts-node maps each line of it to its source, which took
 * half the time of the tests that register resources. No test shows these traces, so they stay unmapped.
 */
const prepareStackTrace = Error.prepareStackTrace.bind(Error);
Error.prepareStackTrace = (error, frames): unknown =>
  ["debuggablePromise", "callsites"].includes(frames[0]?.getFunctionName() ?? "")
    ? String(error)
    : prepareStackTrace(error, frames);

/** What a program registered with the engine. The engine itself is a mock here; the sandbox tests use the real one. */
export interface Registration {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** Runs `program` against Pulumi's own mocks and returns all its registrations in order. */
export async function registrations(program: () => void): Promise<Registration[]> {
  const seen: Registration[] = [];
  await pulumi.runtime.setMocks({
    newResource: ({ type, name, inputs, id }) => {
      seen.push({ type, name, inputs: inputs as Record<string, unknown> });
      return { id: id ?? `${name}-id`, state: inputs as Record<string, unknown> };
    },
    call: () => ({}),
  });
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 1; // capturing further frames took a fifth of the time
  try {
    program();
    await pulumi.runtime.disconnect();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return seen;
}
