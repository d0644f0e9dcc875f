/** The clock of policies that judge dates. Tests set it. */
export const clock = {
  /** Milliseconds since 1970. */
  now: (): number => Date.now(),
};
