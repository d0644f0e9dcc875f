import type { ResultPromise } from "execa";
import { UserError } from "../errors/userError";

const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Waits until a child has ended, even if this process gets a signal to end. The child gets it as SIGINT, so that Pulumi ends
 * its current operations and records them; a second signal makes it end at once. On a terminal, Ctrl-C reaches the child
 * without this process.
 *
 * @throws {UserError} if a signal has arrived, as soon as the child has ended.
 */
export async function untilEnded<Child extends ResultPromise>(child: Child): Promise<Awaited<Child>> {
  let received: keyof typeof exitCodes | undefined;
  const listeners = (Object.keys(exitCodes) as (keyof typeof exitCodes)[]).map((signal) => {
    const listener = (): void => {
      const direct = signal === "SIGINT" && process.stdin.isTTY;
      if (!direct) child.kill("SIGINT");
      received ??= signal;
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  try {
    const result = await child;
    if (received === undefined) return result;
    throw new UserError({
      problem: `The run was interrupted by ${received}. What it had begun is finished and recorded.`,
      fix: "Run the command again: it continues where it stopped.",
      exitCode: exitCodes[received],
    });
  } finally {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  }
}
