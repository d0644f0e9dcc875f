import type { ChildProcess } from "node:child_process";

/** A process at the other end of an IPC channel. */
type Peer = Pick<ChildProcess, "send" | "on" | "connected">;

interface Call {
  readonly id: number;
  readonly method: string;
  readonly argument: unknown;
}

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** The last message of a peer that ends by itself. */
interface Farewell {
  readonly reason: string;
}

/** Tells the parent process why this one ends, and ends it. */
export function endFor(reason: string): void {
  const farewell: Farewell = { reason };
  if (process.connected) process.send?.(farewell, () => process.exit(1));
  else process.exit(1);
}

/** Functions that a peer may call, keyed by name. */
export type Methods = Readonly<Record<string, (argument: never) => unknown>>;

/** Answers the peer's calls with `methods`. */
export function answerCalls(peer: Peer, methods: Methods): void {
  peer.on("message", (message: Call) => {
    const reply = (rest: Omit<Reply, "id">): void => {
      if (peer.connected) peer.send({ id: message.id, ...rest });
    };
    Promise.resolve()
      .then(() => methods[message.method]?.(message.argument as never))
      .then(
        (result) => {
          reply({ result });
        },
        (error: unknown) => {
          reply({ error: error instanceof Error ? error.message : String(error) });
        },
      );
  });
}

/**
 * Returns a function that calls a method of the peer. A call is rejected if the method fails, or if the peer ends.
 *
 * @param endedFor returns the error for a peer that has ended. It gets the reason if the peer has told it.
 */
export function caller(
  peer: Peer,
  endedFor: (reason?: string) => Error = (reason) => new Error(reason ?? "the process ended"),
): (method: string, argument?: unknown) => Promise<unknown> {
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  let reason: string | undefined;
  peer.on("message", (message: Reply | Farewell) => {
    if ("reason" in message) {
      ({ reason } = message);
      return;
    }
    const { id, result, error } = message;
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(result);
    else one?.reject(new Error(error));
  });
  const fail = (): void => {
    for (const { reject } of waiting.values()) reject(endedFor(reason));
    waiting.clear();
  };
  peer.on("disconnect", fail);
  peer.on("exit", fail);
  return (method, argument) =>
    new Promise((resolve, reject) => {
      if (!peer.connected) {
        reject(endedFor(reason));
        return;
      }
      const id = ++last;
      waiting.set(id, { resolve, reject });
      const call: Call = { id, method, argument };
      peer.send(call);
    });
}
