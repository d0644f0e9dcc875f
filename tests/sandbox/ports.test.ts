import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import getPort from "get-port";
import { choosePorts } from "../../sandbox/ports";
import { UserError } from "../../errors/userError";

describe("sandbox/ports", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  const occupy = async (): Promise<number> => {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };

  it("chooses a different free port for each name", async () => {
    const ports = Object.values(await choosePorts(undefined));
    expect(new Set(ports).size).to.equal(ports.length).and.to.equal(9);
  });

  it("keeps the ports of an earlier run, except those that are taken now", async () => {
    const earlier = await choosePorts(undefined);
    const taken = await occupy();
    const again = await choosePorts({ ...earlier, charts: taken });
    expect({ ...again, charts: 0 }).to.deep.equal({ ...earlier, charts: 0 });
    expect(again.charts).to.not.equal(taken);
  });

  it("gives the API server the port that was asked for", async () => {
    const port = await getPort({ host: "127.0.0.1" });
    expect((await choosePorts(undefined, port)).apiServer).to.equal(port);
  });

  it("refuses a port that is in use, with the fix", async () => {
    const port = await occupy();
    const error = await choosePorts(undefined, port).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(UserError);
    expect((error as UserError).problem).to.equal(
      `Port ${port} on 127.0.0.1, wanted for the API server, is in use.`,
    );
    expect((error as UserError).fix).to.contain(`ss -ltnp 'sport = :${port}'`);
  });
});
