import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { type WebSocket, WebSocketServer } from "ws";
import { type Forwarding, forwardPort } from "../../cli/portForward";

/**
 * The API server's side of a forwarding, in the place of a cluster: only a real kubelet leads a connection into a real
 * container, and the sandbox has neither. Channel 0 carries data, channel 1 errors; each begins with the port.
 */
class Api {
  readonly asked: string[] = [];
  onData: (send: (channel: number, text: string) => void, text: string, socket: WebSocket) => void = () =>
    undefined;
  private readonly http: Server = createServer();
  private readonly sockets = new WebSocketServer({
    server: this.http,
    handleProtocols: () => "v4.channel.k8s.io",
  });

  async start(): Promise<KubeConfig> {
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

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi";

describe("cli/portForward", () => {
  let api: Api;
  let config: KubeConfig;
  let open: Forwarding | undefined;
  beforeEach(async () => {
    api = new Api();
    config = await api.start();
  });
  afterEach(async () => {
    await open?.close();
    open = undefined;
    await api.stop();
  });
  const to = (pod: string) => () => Promise.resolve({ namespace: "monitoring", pod, port: 3000 });

  it("leads each connection to the pod that is there then", async () => {
    const pods = ["grafana-1", "grafana-2"];
    api.onData = (send, request) => {
      expect(request).to.match(/^GET \/login HTTP/);
      send(0, answer);
    };
    open = await forwardPort(config, () => to(pods.shift() ?? "")(), 0);
    for (let asked = 0; asked < 2; asked++) {
      const response = await fetch(`http://127.0.0.1:${open.port}/login`, {
        headers: { connection: "close" },
      });
      expect(await response.text()).to.equal("hi");
    }
    expect(api.asked).to.deep.equal(
      ["grafana-1", "grafana-2"].map(
        (pod) => `/api/v1/namespaces/monitoring/pods/${pod}/portforward?ports=3000`,
      ),
    );
    expect(open.lastError()).to.equal(undefined);
  });

  it("ends a connection with the kubelet's words when nothing listens in the pod", async () => {
    const words = "error forwarding port 3000 to pod: connection refused";
    api.onData = (send) => {
      send(1, words);
    };
    open = await forwardPort(config, to("grafana-1"), 0);
    const failure = await fetch(`http://127.0.0.1:${open.port}/`).catch((error: unknown) => error);
    expect(failure).to.be.an("error");
    expect(open.lastError()).to.equal(words);
  });

  it("ends a connection when the pod does", async () => {
    api.onData = (_, __, socket) => {
      socket.close();
    };
    open = await forwardPort(config, to("grafana-1"), 0);
    expect(await fetch(`http://127.0.0.1:${open.port}/`).catch((error: unknown) => error)).to.be.an("error");
  });

  it("says why there is no pod to lead to", async () => {
    open = await forwardPort(config, () => Promise.reject(new Error("Grafana isn't ready")), 0);
    expect(await fetch(`http://127.0.0.1:${open.port}/`).catch((error: unknown) => error)).to.be.an("error");
    expect(open.lastError()).to.equal("Grafana isn't ready");
  });

  it("refuses a port that is taken, and leaves none behind", async () => {
    open = await forwardPort(config, to("grafana-1"), 0);
    const taken = await forwardPort(config, to("grafana-1"), open.port).catch((error: unknown) => error);
    expect(taken).to.have.property("code", "EADDRINUSE");
    const { port } = open;
    await open.close();
    open = await forwardPort(config, to("grafana-1"), port);
    expect(open.port).to.equal(port);
  });
});
