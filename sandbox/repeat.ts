import { setTimeout as sleep } from "node:timers/promises";

/**
 * Does `work` over and over, a pause apart, until `signal` is aborted. A failure is written to the log and does not
 * end it: the next round starts from what is then true, so nothing has to be remembered.
 */
export async function repeat(
  name: string,
  pause: number,
  work: () => Promise<void>,
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
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}
