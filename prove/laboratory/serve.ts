import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";

/** A received request, the same for HTTP/1.1 and HTTP/2. */
export interface Received {
  readonly method: string;
  /** Path and query as received. */
  readonly path: string;
  readonly host: string;
  readonly headers: Readonly<Record<string, string>>;
  /** HTTP version, such as `1.1`. */
  readonly protocol: string;
  readonly tls: boolean;
  /** Address and port that the client connected to. */
  readonly address: string;
  readonly port: number;
}

/** An answer. With `grpcStatus` it is one of gRPC, with an empty message. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly grpcStatus?: number;
}

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

const ignore = (): void => undefined;

/**
 * Returns a function that serves a connection in the protocol of its first bytes: HTTP/1.1, HTTP/2, or lines of text.
 *
 * @param onRequest answers a request.
 * @param onLine answers the first line of a connection that is not HTTP.
 */
export function acceptAny(
  onRequest: (request: Received) => Answer | Promise<Answer>,
  onLine: (line: string, tls: boolean) => string | Promise<string>,
): (socket: Socket) => void {
  const handle = async (request: Request, response: Response): Promise<void> => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    request.resume();
    const answer = await onRequest({
      method: request.method ?? "",
      path: request.url ?? "",
      host: headers.host ?? headers[":authority"] ?? "",
      headers,
      protocol: request.httpVersion,
      tls: request.socket instanceof TLSSocket,
      address: request.socket.localAddress ?? "",
      port: request.socket.localPort ?? 0,
    });
    if ("stream" in response) {
      response.writeHead(answer.status, answer.headers);
      if (answer.grpcStatus !== undefined) response.addTrailers({ "grpc-status": String(answer.grpcStatus) });
      response.end(answer.grpcStatus === undefined ? answer.body : Buffer.alloc(5));
    } else {
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }
  };
  const listener = (request: Request, response: Response): void => {
    // A client that went away is no error.
    handle(request, response).catch(ignore);
  };
  const http = createHttpServer({ keepAliveTimeout: 60_000 }, listener);
  const http2 = createHttp2Server(listener).on("sessionError", ignore);
  return (socket) => {
    socket.on("error", ignore);
    socket.once("data", (first: Buffer) => {
      const text = first.toString("latin1");
      socket.pause();
      if (text.startsWith("PRI * HTTP/2")) {
        socket.unshift(first);
        http2.emit("connection", socket);
      } else if (/^[A-Z]+ \S/.test(text)) {
        socket.unshift(first);
        http.emit("connection", socket);
        socket.resume();
      } else {
        Promise.resolve(onLine(text.split("\n")[0] ?? "", socket instanceof TLSSocket)).then(
          (line) => socket.write(line),
          ignore,
        );
        socket.resume();
      }
    });
  };
}
