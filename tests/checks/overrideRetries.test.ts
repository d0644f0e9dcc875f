import { expect } from "chai";
import { found, http, rerouting } from "./overriding";

const api = "api.shop.svc.cluster.local:8080";
const replaces = `MW365 VirtualService["shop/api"]: the override replaces the catalog's setting of requests to ${api}`;

const calling = (resilience?: object): object => ({
  services: {
    web: { ports: { http }, calls: { api: {} } },
    api: { ports: { http }, ...(resilience && { resilience }) },
  },
});

/** What is found if every route has other retries, except routes of some requests only. */
function retried(catalog: object, retries: object | undefined): string[] {
  const change = rerouting(catalog, "shop/api", (routes) =>
    routes.map((one) => (one.match ? one : { ...one, retries })),
  );
  return found(change, catalog);
}

describe("overrides of retries", () => {
  const retries = { attempts: 2, retryOn: ["gateway-error", "reset"], backoff: "50ms" };
  const repeating = calling({ timeout: "6s", retries });
  const kept = { attempts: 2, perTryTimeout: "2s", retryOn: "gateway-error,reset", backoff: "50ms" };

  it("leave how many there are, and how long they wait", () => {
    expect(retried(repeating, kept)).to.deep.equal([]);
    expect(retried(repeating, { ...kept, attempts: 9 })).to.deep.equal([`${replaces}: retries 2 becomes 9`]);
    expect(retried(repeating, { ...kept, backoff: "1ms" })).to.deep.equal([
      `${replaces}: backoff 50 ms becomes 1 ms`,
    ]);
  });

  it("leave the conditions, which an empty text replaces by Istio's", () => {
    const on = `${replaces}: retries on gateway-error,reset becomes`;
    expect(retried(repeating, { ...kept, retryOn: "5xx" })).to.deep.equal([`${on} 5xx`]);
    const istios = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes";
    expect(retried(repeating, { ...kept, retryOn: "" })).to.deep.equal([`${on} ${istios}`]);
    expect(retried(repeating, undefined)).to.deep.equal([
      `${replaces}: per-try timeout 2000 ms becomes not set, and 2 more settings`,
    ]);
  });

  it("repeat nothing that the catalog never repeats", () => {
    const once = calling({ timeout: "6s", retries: { attempts: 0 } });
    const added = { attempts: 3, retryOn: "5xx" };
    expect(retried(once, added)).to.deep.equal([`${replaces}: retries not set becomes 3`]);
    expect(retried(once, undefined)).to.deep.equal([`${replaces}: retries not set becomes 2`]);
    // The route of POST and PATCH comes first.
    const whole = rerouting(repeating, "shop/api", (routes) => routes.filter(({ match }) => !match));
    expect(found(whole, repeating)[0]).to.include(`such as POST http://${api}/): retries`);
  });

  it("may replace Istio's own, of which the catalog says nothing", () => {
    expect(retried(calling(), { attempts: 5, retryOn: "5xx" })).to.deep.equal([]);
    expect(retried(calling(), { attempts: 0 })).to.deep.equal([]);
  });
});
