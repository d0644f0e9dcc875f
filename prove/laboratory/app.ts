/**
 * The application of a pod. Each of its ports serves HTTP/1.1, HTTP/2, gRPC, and otherwise echoes lines, with or without
 * TLS. It sends requests and reports received ones on request of its parent process. It runs as a process of its own, so it imports
 * only what is beside it.
 *
 * Usage: app <pod> <version> <ports> <file with key and certificate as JSON> <socket of the rate limit service>
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "./client";
import { labHeaders, type LabRequest, type SeenRequest } from "./messages";
import {
  checkOf,
  checkResponse,
  clientOf,
  keysOfEntries,
  keysOfRecords,
  proxyCalls,
  rateLimit,
  recordKey,
  spansIn,
} from "./providers";
import { answerCalls } from "./rpc";
import { acceptAny, acceptTls, type Answer, type Received } from "./serve";

const [pod = "", version = "", ports = "", pair = "", limits = ""] = process.argv.slice(2);
const own = { "x-lab-pod": pod, "x-lab-version": version };
const seen = new Map<string, SeenRequest[]>();

/** Records a request; returns how many its key has had. */
function record(key: string, request: Pick<SeenRequest, "method" | "path" | "host" | "headers">): number {
  const all = seen.get(key) ?? [];
  seen.set(key, [...all, { pod, version, at: Date.now(), ...request }]);
  return all.length + 1;
}

/** Records lines of access logs, with the identity of the proxy that sends them as their path. */
function recordAll(keys: readonly string[], headers: Received["headers"]): void {
  const path = clientOf(headers);
  for (const key of keys) record(recordKey(key), { method: "", path, host: "", headers: {} });
}

/** An answer of gRPC, with this pod's own headers. */
function grpc(grpcStatus: number, grpcMessage: Buffer = Buffer.alloc(0)): Answer {
  return {
    status: 200,
    headers: { "content-type": "application/grpc", ...own },
    body: "",
    grpcStatus,
    grpcMessage,
  };
}

/** The answer to a request that a proxy sends itself. Undefined if it is another request. */
async function answerProxy(received: Received): Promise<Answer | undefined> {
  const { method, path, host, headers, message } = received;
  const check = checkOf(received, headers[labHeaders.key]);
  if (check !== undefined) {
    record(check.key, { method, path, host, headers });
    if (path === proxyCalls.check) return grpc(0, checkResponse(check));
    return { status: check.denied ? 403 : 200, headers: own, body: "" };
  }
  if (message.length === 0) return undefined;
  if (path === proxyCalls.spans) {
    for (const { trace, service } of spansIn(message))
      record(trace, { method, path: service, host, headers });
    return grpc(0);
  }
  if (path === proxyCalls.records) {
    recordAll(keysOfRecords(message), headers);
    return grpc(0);
  }
  if (path !== proxyCalls.limit) return undefined;
  return rateLimit(limits, message).then(
    (decision) => grpc(0, decision),
    () => grpc(14),
  );
}

/** Requests that are not answered yet. */
let active = 0;

async function counted(received: Received): Promise<Answer> {
  active += 1;
  try {
    return await answer(received);
  } finally {
    // The answer is written after this.
    setTimeout(() => (active -= 1), 20);
  }
}

async function answer(received: Received): Promise<Answer> {
  const asked = await answerProxy(received);
  if (asked !== undefined) return asked;
  const { method, path, host, headers, protocol, port, tls } = received;
  const nth = record(headers[labHeaders.key] ?? "none", { method, path, host, headers });
  const delay = Number(headers[labHeaders.delay] ?? 0);
  if (delay > 0) await sleep(delay);
  const meant = headers[labHeaders.pod]?.split(",").includes(pod) ?? true;
  const fails = meant && nth <= Number(headers[labHeaders.failures] ?? Infinity);
  const status = fails ? Number(headers[labHeaders.status] ?? 200) : 200;
  if (headers["content-type"]?.startsWith("application/grpc") === true)
    return grpc(status === 200 ? 0 : status);
  const body = JSON.stringify({ pod, version, port, method, path, host, headers, protocol, tls });
  return { status, headers: { "content-type": "application/json", ...own }, body };
}

const accept = acceptAny(
  counted,
  async (line) => {
    record(line, { method: "", path: "", host: "", headers: {} });
    const [, delay = "0"] = / delay=(\d+)$/.exec(line) ?? [];
    await sleep(Number(delay));
    return `pod=${pod} version=${version} echo=${line}\n`;
  },
  {
    [proxyCalls.accessLogs]: (message, headers) => {
      recordAll(keysOfEntries(message), headers);
    },
  },
);

const { key, cert } = JSON.parse(readFileSync(pair, "utf8")) as {
  readonly key: string;
  readonly cert: string;
};
const serve = acceptTls({ key, cert }, accept);
const servers = [...new Set(ports.split(",").map(Number))].map((port) =>
  createServer(serve).listen(port, "0.0.0.0"),
);

answerCalls(process as never, {
  send: async (requests: readonly LabRequest[]) => Promise.all(requests.map(send)),
  seen: (key: string) => seen.get(key) ?? [],
});
process.on("disconnect", () => process.exit());
// As a well-behaved application: it accepts no further connections, and ends when the last request is answered.
process.on("SIGTERM", () => {
  for (const server of servers) server.close();
  setInterval(() => {
    if (active === 0) process.exit();
  }, 50);
});
