/** The time by which policies judge dates. Tests set it. */
export const clock = {
  /** Milliseconds since 1970. */
  now: (): number => Date.now(),
};
