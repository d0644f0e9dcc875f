import { expect } from "chai";
import { routeLines } from "../../../cli/explain/routeText";
import type { Route } from "../../../effect";

const lines = (more: Partial<Route>): string[] =>
  routeLines({ outcome: "forwarded", destinations: [], mirrors: [], ...more }).slice(1);

describe("cli/explain: the text of a route", () => {
  it("says where a redirect leads, in words", () => {
    expect(
      lines({ redirect: { uri: "/v1/health", redirectCode: 302, derivePort: "FROM_REQUEST_PORT" } }),
    ).to.deep.equal(["status 302, to path /v1/health"]);
    const whole = { scheme: "https", authority: "new.example.com", port: 8443, prefixRewrite: "/v2" };
    expect(lines({ redirect: whole })).to.deep.equal([
      "status 301, to scheme https, host new.example.com, port 8443, instead of the matched prefix /v2",
    ]);
  });

  it("says what a fault does to which share of the requests", () => {
    const half = { percentage: { value: 50 } };
    expect(
      lines({ fault: { delay: { fixedDelay: "5s", ...half }, abort: { httpStatus: 503, ...half } } }),
    ).to.deep.equal([
      "fault: 50 % of the requests delayed by 5s",
      "fault: 50 % of the requests aborted with 503",
    ]);
    expect(lines({ fault: { abort: { grpcStatus: "UNAVAILABLE" } } })).to.deep.equal([
      "fault: 0 % of the requests aborted with UNAVAILABLE",
    ]);
    expect(lines({ fault: { abort: { http2Error: "REFUSED_STREAM", ...half } } })).to.deep.equal([
      "fault: 50 % of the requests aborted with REFUSED_STREAM",
    ]);
  });

  it("says the status that a proxy answers with by itself", () => {
    expect(lines({ directResponse: { status: 451, body: { string: "no" } } })).to.deep.equal(["status 451"]);
  });
});
