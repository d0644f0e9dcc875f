import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { Socket } from "node:net";
import { framed, messageIn, messagesOf } from "./protobuf";
import { createServer as createTlsServer, type TlsOptions, TLSSocket } from "node:tls";

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
  /** The message of a gRPC request. Empty for other requests. */
  readonly message: Buffer;
}

/** An answer. With `grpcStatus` it is one of gRPC, with a message, which is empty by default. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly grpcStatus?: number;
  readonly grpcMessage?: Buffer;
}

async function bodyOf(request: Request): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

const ignore = (): void => undefined;

/** Returns a function that serves a connection with or without TLS: a TLS handshake begins with the byte 22. */
export function acceptTls(options: TlsOptions, accept: (socket: Socket) => void): (socket: Socket) => void {
  const tlsServer = createTlsServer({ ALPNProtocols: ["h2", "http/1.1"], ...options }, accept);
  tlsServer.on("tlsClientError", ignore);
  return (socket) => {
    socket.on("error", ignore);
    socket.once("data", (first: Buffer) => {
      socket.pause();
      // As one piece: the next reader recognizes a protocol by its first bytes.
      socket.unshift(first);
      if (first[0] === 22) {
        tlsServer.emit("connection", socket);
      } else {
        accept(socket);
        socket.resume();
      }
    });
  };
}

/**
 * Returns a function that serves a connection in the protocol of its first bytes: HTTP/1.1, HTTP/2, or lines of text.
 *
 * @param onRequest answers a request.
 * @param onLine answers the first line of a connection that is not HTTP.
 * @param onMessage gets each message of the gRPC methods that only clients stream, by their paths. Default: none.
 */
export function acceptAny(
  onRequest: (request: Received) => Answer | Promise<Answer>,
  onLine: (line: string, tls: boolean) => string | Promise<string>,
  onMessage: Readonly<Record<string, (message: Buffer, headers: Received["headers"]) => void>> = {},
): (socket: Socket) => void {
  const handle = async (request: Request, response: Response): Promise<void> => {
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    );
    const grpc = headers["content-type"]?.startsWith("application/grpc") === true;
    if (!grpc) request.resume();
    const receive = grpc ? onMessage[request.url ?? ""] : undefined;
    if (receive !== undefined) for await (const message of messagesOf(request)) receive(message, headers);
    const answer = await onRequest({
      message: grpc ? messageIn(await bodyOf(request)) : Buffer.alloc(0),
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
      response.end(
        answer.grpcStatus === undefined ? answer.body : framed(answer.grpcMessage ?? Buffer.alloc(0)),
      );
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
