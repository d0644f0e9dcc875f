import { expect } from "chai";
import { text } from "../../checks/rules/timeoutCoversLoad";
import { foundBy } from "./found";

const http = { port: 8080, protocol: "http" };
const load = { rps: 100, p99: "2s", callers: 1 };

const found = (api: object, call: object = {}, rest: object = {}): string[] =>
  foundBy("MW407", {
    name: "shop",
    services: {
      web: { ports: { http }, calls: { api: call } },
      api: { ports: { http }, load, ...api },
      ...rest,
    },
  });
const caught = (path: string, caller: string, limit: number): string =>
  `${path}: ${text("api", caller, limit, 2000).message}`;

describe("checks of timeouts against loads", () => {
  it("compare the timeout of the service and that of a call, each where it is written", () => {
    expect(found({ resilience: { timeout: "1s" } })).to.deep.equal([
      caught("services.api.resilience.timeout", "callers time out", 1000),
    ]);
    expect(found({}, { timeout: "1s" })).to.deep.equal([
      caught("services.web.calls.api.timeout", '"web" times out', 1000),
    ]);
  });

  it("demand more than the p99, at which one response in a hundred is still late", () => {
    expect(found({ resilience: { timeout: "2s" } })).to.deep.equal([
      caught("services.api.resilience.timeout", "callers time out", 2000),
    ]);
    expect(found({ resilience: { timeout: "2001ms" } })).to.deep.equal([]);
  });

  it("compare the time of one attempt where it is shorter", () => {
    const retries = { attempts: 2, perTryTimeout: "500ms" };
    expect(found({ resilience: { timeout: "10s", retries } })).to.deep.equal([
      caught("services.api.resilience.retries.perTryTimeout", "callers time out", 500),
    ]);
    expect(found({}, { retries, timeout: "10s" })).to.deep.equal([
      caught("services.web.calls.api.retries.perTryTimeout", '"web" times out', 500),
    ]);
  });

  it("report the service's own timeout once for all callers", () => {
    const more = { app: { ports: { http }, calls: { api: {} } } };
    expect(found({ resilience: { timeout: "1s" } }, {}, more)).to.have.length(1);
  });

  it("know no time of connections, nor of copies, whose responses no client waits for", () => {
    const tcp = { port: 5432, protocol: "tcp" };
    expect(found({ ports: { http, tcp } }, { port: "tcp", timeout: "1s" })).to.deep.equal([]);
    const copied = {
      copy: { ports: { http }, load },
      api: { ports: { http }, traffic: { mirror: { service: "copy" } } },
    };
    expect(found({}, { timeout: "1s" }, copied)).to.deep.equal([]);
  });

  it("say nothing of a service without a load", () => {
    expect(found({ load: undefined, resilience: { timeout: "1s" } })).to.deep.equal([]);
  });
});
