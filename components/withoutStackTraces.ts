/**
 * Runs `work` without texts of stack traces. Pulumi's SDK makes one for each resource and for each of its promises.
 * That takes a fifth of the program's CPU time and of the state. For the objects of a catalog, they name only lines of
 * this package. An error that `work` throws keeps its stack trace, unless `work` has read it.
 */
export function withoutStackTraces<T>(work: () => T): T {
  // With this variable, the SDK prints the stack traces of promises.
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return work();
  const before = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  Error.prepareStackTrace = () => "";
  try {
    return work();
  } finally {
    if (before === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Object.defineProperty(Error, "prepareStackTrace", before);
  }
}
