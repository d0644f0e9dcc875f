import { expect } from "chai";
import { ratesIn } from "../../effect/rateLimit";
import { changes, deployment, meshOf } from "./meshOf";
import { object } from "./objects";

const share = (numerator: number) => ({ default_value: { numerator, denominator: "HUNDRED" } });
const limit = (max: number, more: object = {}) =>
  object("EnvoyFilter", "shop/limit", {
    workloadSelector: { labels: { app: "web" } },
    configPatches: [
      {
        applyTo: "HTTP_FILTER",
        match: { context: "SIDECAR_INBOUND" },
        patch: {
          operation: "INSERT_BEFORE",
          value: {
            name: "envoy.filters.http.local_ratelimit",
            typed_config: {
              "@type": "type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
              token_bucket: { max_tokens: max, tokens_per_fill: max, fill_interval: "1s" },
              ...more,
            },
          },
        },
      },
    ],
  });
const found = (...filters: readonly [ReturnType<typeof limit>, ReturnType<typeof limit>?]): string[] => {
  const [old, now] = filters;
  return changes(
    "limits changed",
    meshOf([deployment("web"), old]),
    meshOf([deployment("web"), ...(now ? [now] : [])]),
  );
};

describe("effect/limitDifference", () => {
  it("says the rates before and after", () => {
    expect(found(limit(10), limit(100))).to.deep.equal([
      "web: 10 requests per 1s, at most 10 at once -> 100 requests per 1s, at most 100 at once",
    ]);
    expect(found(limit(10), limit(10))).to.deep.equal([]);
    expect(found(limit(10))).to.deep.equal(["web: 10 requests per 1s, at most 10 at once -> no such limit"]);
    expect(found(limit(10), limit(10, { status: { code: "ServiceUnavailable" } }))).to.deep.equal([
      "web: the limits of EnvoyFilter shop/limit -> other settings of it",
    ]);
    expect(found(limit(10), limit(10, { token_bucket: undefined }))).to.deep.equal([
      "web: 10 requests per 1s, at most 10 at once -> no rate",
    ]);
  });

  it("says the share of the requests for which a rate is enforced", () => {
    const part = { filter_enabled: share(100), filter_enforced: share(25) };
    expect(found(limit(10, { ...part, filter_enforced: share(100) }), limit(10, part))).to.deep.equal([
      "web: 10 requests per 1s, at most 10 at once -> 10 requests per 1s, at most 10 at once, of 25 % of the requests",
    ]);
    const million = { filter_enforced: { default_value: { numerator: 500_000, denominator: "MILLION" } } };
    expect(ratesIn(limit(5, million))).to.deep.equal([
      "5 requests per 1s, at most 5 at once, of 50 % of the requests",
    ]);
  });
});
