import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { expect } from "chai";
import { apiClient, customObjects } from "../../cli/apiClient";

// A real API server can't be told when to be busy: this one answers from a list, with what a real one was seen to say.
describe("cli/apiClient", () => {
  let server: Server;
  let config: KubeConfig;
  let asked: string[];
  let answers: ((response: ServerResponse) => void)[];

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const answer = answers.shift();
      if (answer === undefined) response.destroy();
      else answer(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    config = new KubeConfig();
    config.loadFromClusterAndUser(
      {
        name: "busy",
        server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        skipTLSVerify: true,
      },
      { name: "me" },
    );
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const answer =
    (code: number, body: object, headers: Record<string, string> = {}) =>
    (response: ServerResponse): void => {
      response
        .writeHead(code, { "content-type": "application/json", ...headers })
        .end(JSON.stringify({ apiVersion: "v1", ...body }));
    };
  const status = { kind: "Status", status: "Failure", message: "storage is (re)initializing" };
  const later = (code: number) => answer(code, { ...status, code }, { "retry-after": "0" });
  const pods = () => apiClient(config, CoreV1Api).listPodForAllNamespaces();

  for (const code of [429, 500, 503]) {
    it(`asks again when the server says ${code} and when to come back`, async () => {
      answers = [later(code), later(code), answer(200, { kind: "PodList", items: [{}] })];
      expect((await pods()).items).to.have.length(1);
      expect(asked).to.deep.equal(Array(3).fill("/api/v1/pods"));
    });
  }

  it("lists objects of a definition that the server just learned of", async () => {
    answers = [later(429), answer(200, { items: [{ metadata: { name: "default" } }] })];
    const spec = {
      group: "security.istio.io",
      names: { plural: "peerauthentications", kind: "PeerAuthentication" },
      scope: "Namespaced",
      versions: [{ name: "v1", served: true, storage: true }],
    };
    expect(await customObjects(config, { spec })).to.deep.equal([{ metadata: { name: "default" } }]);
    expect(asked).to.deep.equal(Array(2).fill("/apis/security.istio.io/v1/peerauthentications"));
  });

  it("gives up after as many times as kubectl, with the server's answer", async () => {
    answers = Array.from({ length: 20 }, () => later(429));
    expect(await pods().catch((error: unknown) => error)).to.have.property("code", 429);
    expect(asked).to.have.length(11);
  });

  for (const [what, one] of [
    ["a refusal", answer(403, status, { "retry-after": "0" })],
    ["a failure that doesn't say when to come back", answer(500, status)],
  ] as const) {
    it(`does not ask again after ${what}`, async () => {
      answers = [one, answer(200, { kind: "PodList", items: [] })];
      expect(await pods().catch((error: unknown) => error)).to.have.property("code");
      expect(asked).to.have.length(1);
    });
  }
});
