import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Writable } from "node:stream";
import { type KubeConfig, PortForward } from "@kubernetes/client-node";

/** A port of this machine that leads to a port of a pod. */
export interface Forwarding {
  /** On 127.0.0.1. */
  readonly port: number;
  /** The last connection's error, as the API server or the kubelet reports it. */
  readonly lastError: () => string | undefined;
  /** Closes the port and every connection through it. */
  readonly close: () => Promise<void>;
}

/** A pod, and the port that one of its containers listens on. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/**
 * Listens on 127.0.0.1 and forwards each connection to a pod, through the API server and the node's kubelet. The pod is
 * looked up for each connection, so that the forwarding survives its replacement.
 *
 * @param port On 127.0.0.1; 0 for any that is free.
 * @see https://kubernetes.io/docs/reference/kubectl/generated/kubectl_port-forward/
 */
export async function forwardPort(
  config: KubeConfig,
  target: () => Promise<PodPort>,
  port: number,
): Promise<Forwarding> {
  const forward = new PortForward(config);
  const open = new Set<Socket>();
  let lastError: string | undefined;
  const fail = (socket: Socket, error: unknown): void => {
    lastError = reason(error);
    socket.destroy();
  };
  const connect = async (socket: Socket): Promise<void> => {
    const to = await target();
    const errors = new Writable({
      write: (text: Buffer, _, done) => {
        // Without an error the first message on this channel is empty.
        if (text.length > 0) fail(socket, text.toString());
        done();
      },
    });
    const tunnel = await forward.portForward(to.namespace, to.pod, [to.port], socket, errors, socket);
    if (typeof tunnel === "function") throw new Error("unreachable: nothing is retried here");
    if (socket.destroyed) tunnel.close();
    socket.on("close", () => {
      tunnel.close();
    });
    tunnel.onclose = () => {
      socket.end();
    };
    tunnel.onerror = ({ message }: { message: string }) => {
      fail(socket, message);
    };
  };
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    // A browser resets connections that it no longer needs, which is no error.
    socket.on("error", () => socket.destroy());
    connect(socket).catch((error: unknown) => {
      fail(socket, error);
    });
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    lastError: () => lastError,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reason(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === "string" && message !== "" ? message : String(error);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}
