import type { KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { type Forwarding, forwardPort } from "../../cli/portForward";
import { Api } from "./api";

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
