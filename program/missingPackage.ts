/** The packages that only some commands and the Pulumi program need: optional peer dependencies. */
const optionalPackages = [
  "@kubernetes/client-node",
  "@pulumi/kubernetes",
  "@pulumi/pulumi",
  "@pulumi/random",
] as const;

/** Returns the optional package that `error` could not find, or undefined if the error is another one. */
export function missingPackage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { code?: string };
  if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") return undefined;
  return optionalPackages.find((name) => new RegExp(`'${name}(/[^']*)?'`).test(error.message));
}
