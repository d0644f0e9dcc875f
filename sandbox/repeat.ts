import { setTimeout as sleep } from "node:timers/promises";
import type { Alarm } from "./alarm";

/** The shortest time between two rounds in milliseconds, so that many changes at once cause one round. */
const shortest = 100;

/**
 * Calls `work` again and again until `signal` is aborted: when the alarm rings, and at the latest after `pause`
 * milliseconds. A failure is written to the log and does not end the loop. Each round reads the current state, so nothing
 * is remembered between rounds.
 */
export async function repeat(
  name: string,
  pause: number,
  work: () => Promise<void>,
  alarm: Alarm,
  signal: AbortSignal,
): Promise<void> {
  let last = "";
  while (!signal.aborted) {
    try {
      await work();
      last = "";
    } catch (error) {
      const message = `${name}: ${String(error)}`;
      if (message !== last) process.stderr.write(`${message}\n`);
      last = message;
    }
    await sleep(shortest, undefined, { signal }).catch(() => undefined);
    await alarm.next(pause, signal);
  }
}
