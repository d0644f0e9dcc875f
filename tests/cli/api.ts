import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { type WebSocket, WebSocketServer } from "ws";

/**
 * The API server's side of a forwarding, in the place of a cluster: only a real kubelet leads a connection into a real
 * container, and the sandbox has neither. Channel 0 carries data, channel 1 errors; each begins with the port.
 *
 * It answers with the objects that it is given, and refuses what is null.
 */
export class Api {
  readonly asked: string[] = [];
  /** By path, such as `/api/v1/pods`. What isn't here isn't there; null is what one may not do. */
  readonly objects: Record<string, object | null> = {};
  onData: (send: (channel: number, text: string) => void, text: string, socket: WebSocket) => void = () =>
    undefined;
  private readonly http: Server = createServer();
  private readonly sockets = new WebSocketServer({
    server: this.http,
    verifyClient: ({ req }, done) => {
      const refused = this.objects[new URL(req.url ?? "", "http://localhost").pathname] === null;
      done(!refused, 403);
    },
    handleProtocols: () => "v4.channel.k8s.io",
  });

  async start(): Promise<KubeConfig> {
    this.http.on("request", ({ url = "" }, response) => {
      const found = this.objects[new URL(url, "http://localhost").pathname];
      response.writeHead(found === undefined ? 404 : found === null ? 403 : 200, {
        "content-type": "application/json",
      });
      response.end(JSON.stringify(found ?? { kind: "Status", message: "no" }));
    });
    this.sockets.on("connection", (socket, request) => {
      const url = request.url ?? "";
      this.asked.push(url);
      const send = (channel: number, data: Buffer | string): void => {
        socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]));
      };
      const port = Number(new URL(url, "http://localhost").searchParams.get("ports"));
      for (const channel of [0, 1]) send(channel, Buffer.from([port & 255, port >> 8]));
      socket.on("message", (data: Buffer) => {
        this.onData(send, data.subarray(1).toString(), socket);
      });
    });
    await new Promise<void>((resolve) => this.http.listen(0, "127.0.0.1", resolve));
    const config = new KubeConfig();
    const server = `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
    config.loadFromClusterAndUser({ name: "fake", server, skipTLSVerify: true }, { name: "me" });
    return config;
  }

  async stop(): Promise<void> {
    for (const client of this.sockets.clients) client.terminate();
    this.sockets.close();
    await new Promise((resolve) => this.http.close(resolve));
  }
}
