/**
 * The application of a pod. Each of its ports serves HTTP/1.1, HTTP/2, gRPC, and otherwise echoes lines. It sends
 * requests and reports received ones on request of its parent process. It runs as a process of its own, so it imports
 * only what is beside it.
 *
 * Usage: app <pod> <version> <ports>
 */
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { send } from "./client";
import { labHeaders, type LabRequest, type SeenRequest } from "./messages";
import { answerCalls } from "./rpc";
import { acceptAny, type Answer, type Received } from "./serve";

const [pod = "", version = "", ports = ""] = process.argv.slice(2);
const seen = new Map<string, SeenRequest[]>();

/** Records a request; returns how many its key has had. */
function record(key: string, request: Pick<SeenRequest, "method" | "path" | "host" | "headers">): number {
  const all = seen.get(key) ?? [];
  seen.set(key, [...all, { pod, version, at: Date.now(), ...request }]);
  return all.length + 1;
}

async function answer({ method, path, host, headers, protocol, port }: Received): Promise<Answer> {
  const nth = record(headers[labHeaders.key] ?? "none", { method, path, host, headers });
  const delay = Number(headers[labHeaders.delay] ?? 0);
  if (delay > 0) await sleep(delay);
  const meant = headers[labHeaders.pod]?.split(",").includes(pod) ?? true;
  const fails = meant && nth <= Number(headers[labHeaders.failures] ?? Infinity);
  const status = fails ? Number(headers[labHeaders.status] ?? 200) : 200;
  const own = { "x-lab-pod": pod, "x-lab-version": version };
  if (headers["content-type"]?.startsWith("application/grpc") === true) {
    const grpcStatus = status === 200 ? 0 : status;
    return { status: 200, headers: { "content-type": "application/grpc", ...own }, body: "", grpcStatus };
  }
  const body = JSON.stringify({ pod, version, port, method, path, host, headers, protocol });
  return { status, headers: { "content-type": "application/json", ...own }, body };
}

const accept = acceptAny(answer, async (line) => {
  record(line, { method: "", path: "", host: "", headers: {} });
  const [, delay = "0"] = / delay=(\d+)$/.exec(line) ?? [];
  await sleep(Number(delay));
  return `pod=${pod} version=${version} echo=${line}\n`;
});

for (const port of new Set(ports.split(",").map(Number))) createServer(accept).listen(port, "0.0.0.0");

answerCalls(process as never, {
  send: async (requests: readonly LabRequest[]) => Promise.all(requests.map(send)),
  seen: (key: string) => seen.get(key) ?? [],
});
process.on("disconnect", () => process.exit());
