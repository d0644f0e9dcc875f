/** A truth value. `unknown` means that the answer depends on what the model doesn't read. */
export type Truth = "yes" | "no" | "unknown";

/** Returns the truth of a known condition. */
export function truth(condition: boolean): Truth {
  return condition ? "yes" : "no";
}

/** Returns the opposite. The opposite of unknown is unknown. */
export function not(value: Truth): Truth {
  return value === "unknown" ? "unknown" : truth(value === "no");
}

/** Whether all hold. One `no` decides, whatever is unknown. */
export function every<T>(values: readonly T[], judge: (value: T) => Truth): Truth {
  let result: Truth = "yes";
  for (const value of values) {
    const one = judge(value);
    if (one === "no") return "no";
    if (one === "unknown") result = "unknown";
  }
  return result;
}

/** Whether one of them holds. One `yes` decides, whatever is unknown. */
export function some<T>(values: readonly T[], judge: (value: T) => Truth): Truth {
  let result: Truth = "no";
  for (const value of values) {
    const one = judge(value);
    if (one === "yes") return "yes";
    if (one === "unknown") result = "unknown";
  }
  return result;
}
