import { setTimeout as sleep } from "node:timers/promises";

/** Waits until `condition` holds; throws after 90 s, naming `what` did not happen. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const limit = Date.now() + 90_000;
  while (!(await condition())) {
    if (Date.now() > limit) throw new Error(`${what}: still not after 90 s`);
    await sleep(100);
  }
}
