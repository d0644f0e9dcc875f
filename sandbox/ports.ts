import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import getPort from "get-port";
import { UserError } from "../errors/userError";

/** The ports of a sandbox that are used from outside or kept over restarts, all on the loopback address. */
export type Ports = Record<PortName, number>;

export type PortName = (typeof portNames)[number];

const portNames = [
  "etcd",
  "etcdPeer",
  "apiServer",
  "controllerManager",
  "scheduler",
  "kwok",
  "charts",
  "istiodWebhooks",
  "canaryWebhooks",
] as const;

/**
 * Chooses free ports. Those of an earlier run of the same sandbox come first, because addresses of webhooks are
 * stored in its cluster.
 *
 * @param apiServer port that the user wants for the API server. Default: a free one.
 * @throws {UserError} if that port is in use.
 */
export async function choosePorts(earlier: Ports | undefined, apiServer?: number): Promise<Ports> {
  const chosen: Partial<Ports> = {};
  for (const name of portNames) {
    const wanted = (name === "apiServer" ? apiServer : undefined) ?? earlier?.[name];
    chosen[name] =
      wanted !== undefined && (await becomesFree(wanted)) ? wanted : await freePort(Object.values(chosen));
  }
  const ports = chosen as Ports;
  if (apiServer !== undefined && ports.apiServer !== apiServer) {
    throw new UserError({
      problem: `Port ${apiServer} on 127.0.0.1, wanted for the API server, is in use.`,
      fix: `Stop the process that listens there (ss -ltnp 'sport = :${apiServer}' shows it), choose another port, or leave --api-server-port out.`,
    });
  }
  return ports;
}

/** A free port that is none of `taken`. */
export function freePort(taken: readonly number[]): Promise<number> {
  return getPort({ host: "127.0.0.1", port: candidates(), exclude: taken });
}

// Below the range from which systems take the local ports of outgoing connections: one of those could occupy a port
// of ours between two runs. At random, so that sandboxes that start together hardly ever choose alike.
function candidates(): number[] {
  return Array.from({ length: 50 }, () => randomInt(20_000, 32_000));
}

/** Whether `port` is free, or soon will be: a process that was just killed holds its port until its last thread ends. */
export async function becomesFree(port: number): Promise<boolean> {
  const end = Date.now() + 2_000;
  while (Date.now() < end) {
    if (await isFree(port)) return true;
    await sleep(100);
  }
  return false;
}

// get-port refuses for a while to give a port out again, so it can't tell that an earlier one is free.
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
