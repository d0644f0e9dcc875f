import { once } from "node:events";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { createCertificateAuthority } from "../../prove/laboratory/certificates";
import { send } from "../../prove/laboratory/client";
import type { LabRequest } from "../../prove/laboratory";
import { acceptAny, acceptTls } from "../../prove/laboratory/serve";

describe("an application of the laboratory", () => {
  let server: Server;
  before(async () => {
    const { key, cert } = await (await createCertificateAuthority()).sign(["app.example.com"]);
    const accept = acceptAny(
      ({ tls, protocol }) => ({ status: 200, headers: { "x-lab-pod": "app" }, body: `${protocol} ${tls}` }),
      (line, tls) => `pod=app version= echo=${line} ${tls}\n`,
    );
    server = createServer(acceptTls({ key, cert }, accept)).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  after(() => server.close());

  const cases: Readonly<Record<string, readonly [Pick<LabRequest, "protocol">, string]>> = {
    http: [{}, "200 1.1 false"],
    https: [{}, "200 1.1 true"],
    "http with HTTP/2": [{ protocol: "http2" }, "200 2.0 false"],
    "https with HTTP/2": [{ protocol: "http2" }, "200 2.0 true"],
    tcp: [{}, "echo pod=app version= echo=none false"],
    "tcp with TLS": [{ protocol: "tls" }, "echo pod=app version= echo=none true"],
  };
  for (const [name, [request, expected]] of Object.entries(cases)) {
    it(`answers ${name} on one port`, async () => {
      const [scheme = ""] = name.split(" ");
      const { port } = server.address() as AddressInfo;
      const [answer] = await send({
        ...request,
        url: `${scheme}://localhost:${port}/`,
        connectTo: { host: "127.0.0.1", port },
      });
      expect(`${answer?.status ?? ""} ${answer?.body.trim() ?? ""}`).to.equal(expected);
    });
  }
});
