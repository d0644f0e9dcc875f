import { request as httpRequest } from "node:http";
import { connect as connectHttp2, type IncomingHttpHeaders } from "node:http2";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp } from "node:net";
import { connect as connectTls } from "node:tls";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { type LabAnswer, labHeaders, type LabRequest, shownBody } from "./messages";

type Outcome = Pick<LabAnswer, "status"> & Partial<Pick<LabAnswer, "headers" | "body">>;

const defaultTimeout = 10_000;

/** Sends a request as often as it says, and returns the answers in the order of their arrival. */
export async function send(request: LabRequest): Promise<LabAnswer[]> {
  const { count = 1, concurrency = 1, keepAlive = false } = request;
  const options = { keepAlive, maxSockets: keepAlive ? concurrency : Infinity };
  const agents = keepAlive ? { http: new HttpAgent(options), https: new HttpsAgent(options) } : undefined;
  const answers: LabAnswer[] = [];
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      answers.push(await once(request, agents));
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, worker));
  agents?.http.destroy();
  agents?.https.destroy();
  return answers;
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

async function once(request: LabRequest, agents: Agents | undefined): Promise<LabAnswer> {
  const begin = performance.now();
  const deadline = new AbortController();
  const late: Promise<Outcome> = sleep(
    2 * (request.timeout ?? defaultTimeout),
    { status: "timeout" },
    {
      signal: deadline.signal,
    },
  );
  late.catch(() => undefined);
  const { headers = {}, body = "", status } = await Promise.race([exchange(request, agents), late]);
  deadline.abort();
  const pod = headers["x-lab-pod"] ?? /^pod=(\S+)/.exec(body)?.[1];
  const version = headers["x-lab-version"] ?? / version=(\S*)/.exec(body)?.[1];
  return {
    status,
    milliseconds: Math.round(performance.now() - begin),
    sentAt: Math.round(begin),
    headers,
    body: shownBody(body),
    ...(pod !== undefined && { pod }),
    ...(version !== undefined && version !== "" && { version }),
  };
}

function exchange(request: LabRequest, agents: Agents | undefined): Promise<Outcome> {
  const scheme = request.url.slice(0, request.url.indexOf(":"));
  const protocol = request.protocol ?? (scheme === "tcp" || scheme === "tls" ? scheme : "http");
  if (protocol === "tcp" || protocol === "tls") return exchangeBytes(request, protocol);
  if (protocol === "http") return exchangeHttp1(request, agents);
  return exchangeHttp2(request, protocol === "grpc");
}

/** Path and query as they are written: a URL parser would normalize what a test sends on purpose. */
function rawPath(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?]*/, "") || "/";
}

function headersOf({ headers = {}, key }: LabRequest): Record<string, string> {
  return { ...headers, ...(key !== undefined && { [labHeaders.key]: key }) };
}

function exchangeHttp1(request: LabRequest, agents: Agents | undefined): Promise<Outcome> {
  const url = new URL(request.url);
  const secure = url.protocol === "https:";
  const { timeout = defaultTimeout, method = "GET", connectTo, tlsVersion, certificate } = request;
  return new Promise((resolve) => {
    const options = {
      method,
      host: connectTo?.host ?? url.hostname,
      port: connectTo?.port ?? Number(url.port || (secure ? 443 : 80)),
      path: rawPath(request.url),
      headers: { host: url.host, ...headersOf(request) },
      timeout,
      agent: agents === undefined ? false : secure ? agents.https : agents.http,
      // The laboratory's own certificates; whether one is the right one is a question of its own.
      ...(secure && { servername: url.hostname, rejectUnauthorized: false, ...certificate }),
      ...(tlsVersion && { minVersion: tlsVersion, maxVersion: tlsVersion, ciphers: "DEFAULT:@SECLEVEL=0" }),
    };
    const client = (secure ? httpsRequest : httpRequest)(options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        if (body.length < 4000) body += part;
      });
      response.on("end", () => {
        resolve({ status: String(response.statusCode), headers: plain(response.headers), body });
      });
      response.on("error", (error: Error) => {
        resolve({ status: codeOf(error) });
      });
    });
    client.on("timeout", () => client.destroy(new Error("timeout")));
    client.on("error", (error: Error) => {
      resolve({ status: codeOf(error) });
    });
    client.end();
  });
}

function exchangeHttp2(request: LabRequest, grpc: boolean): Promise<Outcome> {
  const url = new URL(request.url);
  const { timeout = defaultTimeout, connectTo, certificate } = request;
  const origin = connectTo ? `${url.protocol}//${connectTo.host}:${connectTo.port}` : url.origin;
  const session = connectHttp2(origin, {
    rejectUnauthorized: false,
    servername: url.hostname,
    ...certificate,
  });
  return new Promise<Outcome>((resolve) => {
    session.on("error", (error: Error) => {
      resolve({ status: codeOf(error) });
    });
    const { host, ...others } = headersOf(request);
    const stream = session.request({
      ":method": request.method ?? (grpc ? "POST" : "GET"),
      ":path": rawPath(request.url),
      ":authority": host ?? url.host,
      ...(grpc && { "content-type": "application/grpc", te: "trailers" }),
      ...others,
    });
    let headers: IncomingHttpHeaders = {};
    let body = "";
    stream.setTimeout(timeout, () => {
      resolve({ status: "timeout" });
      stream.close();
    });
    stream.on("response", (received) => (headers = received));
    stream.on("trailers", (trailers: IncomingHttpHeaders) => (headers = { ...headers, ...trailers }));
    stream.setEncoding("utf8").on("data", (part: string) => (body += part));
    stream.on("end", () => {
      const status = String((headers as Record<string, unknown>)[":status"]);
      const grpcStatus =
        grpc && status === "200" ? `grpc ${String(headers["grpc-status"] ?? "none")}` : status;
      resolve({ status: grpcStatus, headers: plain(headers), body });
    });
    stream.on("error", (error: Error) => {
      resolve({ status: codeOf(error) });
    });
    stream.on("close", () => {
      resolve({ status: "closed" });
    });
    // An empty message: not compressed, no bytes.
    stream.end(grpc ? Buffer.alloc(5) : undefined);
  }).finally(() => {
    session.destroy();
  });
}

function exchangeBytes(request: LabRequest, protocol: "tcp" | "tls"): Promise<Outcome> {
  const url = new URL(request.url);
  const { timeout = 5000, key = "none" } = request;
  const target = request.connectTo ?? { host: url.hostname, port: Number(url.port) };
  return new Promise((resolve) => {
    const greet = (): void => {
      socket.write(`${key}\n`);
    };
    const socket =
      protocol === "tls"
        ? connectTls(
            { ...target, servername: url.hostname, rejectUnauthorized: false, ...request.certificate },
            greet,
          )
        : connectTcp(target, greet);
    const finish = (status: string, body = ""): void => {
      resolve({ status, body });
      socket.destroy();
    };
    socket.setTimeout(timeout, () => {
      finish("timeout");
    });
    socket.on("data", (data: Buffer) => {
      const text = data.toString("latin1");
      finish(text.startsWith("pod=") ? "echo" : "foreign", text);
    });
    socket.on("end", () => {
      finish("closed");
    });
    socket.on("close", () => {
      finish("closed");
    });
    socket.on("error", (error: Error) => {
      finish(codeOf(error));
    });
  });
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function codeOf(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
