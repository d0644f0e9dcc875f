import { createServer, type Server } from "node:http";
import sirv from "sirv";

/** Serves a folder of charts as a Helm repository on the loopback address. Resolves when it listens. */
export function serveCharts(folder: string, port: number): Promise<Server> {
  const files = sirv(folder, { dev: true });
  const server = createServer((request, response) => {
    files(request, response, () => {
      response.writeHead(404).end();
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      resolve(server);
    });
  });
}
