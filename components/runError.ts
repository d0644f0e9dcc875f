/**
 * An error that ends a Pulumi program with its message alone. Pulumi recognizes it by its field, as it recognizes the
 * `RunError` of another copy of the SDK, so this class needs no SDK.
 */
export class RunError extends Error {
  /** @internal */
  readonly __pulumiRunError = true;
}

/**
 * Returns an error that ends a program with its message alone.
 *
 * It has no stack. Pulumi never shows the stack of a RunError, but formats it. Node.js then spends 15 s on a frame
 * whose source map points to `node_modules/@pulumi/resource.ts`, until it runs out of memory.
 */
export function runError(message: string): RunError {
  const error = new RunError(message);
  delete error.stack;
  return error;
}

/** Returns whether an error is a {@link RunError}, or Pulumi's own, of any copy of the package. */
export function isRunError(error: unknown): error is Error {
  return error instanceof Error && (error as Partial<RunError>).__pulumiRunError === true;
}
