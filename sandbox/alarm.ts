import { setTimeout as sleep } from "node:timers/promises";

/** Ends the pause of a loop early. */
export interface Alarm {
  /** Ends the current pause, or the next one if the loop is working. */
  readonly ring: () => void;
  /** Resolves when the alarm rings or has rung since the last call, after `limit` milliseconds, or when `signal` is aborted. */
  readonly next: (limit: number, signal: AbortSignal) => Promise<void>;
}

export function alarm(): Alarm {
  let rung = new AbortController();
  return {
    ring: () => {
      rung.abort();
    },
    next: async (limit, signal) => {
      const early = AbortSignal.any([rung.signal, signal]);
      if (!early.aborted) await sleep(limit, undefined, { signal: early }).catch(() => undefined);
      rung = new AbortController();
    },
  };
}
