import * as pulumi from "@pulumi/pulumi";

/**
 * An error that ends a program with its message alone.
 *
 * It carries no stack: Pulumi never shows that of a RunError, but formats it all the same, and Node.js then spends
 * 15 s on a frame whose source map points to `node_modules/@pulumi/resource.ts`, until it runs out of memory.
 */
export function runError(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  delete error.stack;
  return error;
}
