import { expect } from "chai";
import type { Manifest } from "../../mesh";
import { proveStatically } from "../../prove";
import { definition, refutedClaims, rendered, subject, subjectFrom } from "./shop";

const limit = "each pod of limited answers 200 requests at once, and 200 in 60 s";
const quota = "each tenant of limited has its own quota of 80 requests in 120 s at each pod";

/** The refuted claims about limits when the text of the filter is another one. */
async function refutedWith(from: string | RegExp, to: string, whose = subject): Promise<string[]> {
  const filter = rendered(whose, "EnvoyFilter", "limited-rate-limit");
  const text = JSON.stringify(filter);
  expect(text).to.match(
    from instanceof RegExp ? from : new RegExp(from.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")),
  );
  const objects = whose.objects.map((one) =>
    one === filter ? (JSON.parse(text.replace(from, to)) as Manifest) : one,
  );
  return refutedClaims(await proveStatically({ ...whose, objects }, "limited.rateLimit"));
}

describe("rate limits by the model", () => {
  const mistakes: Record<string, readonly [string | RegExp, string, readonly string[]]> = {
    "the limit is not enforced": ['"numerator":100', '"numerator":0', [limit, quota]],
    "the bucket holds more": ['"max_tokens":200', '"max_tokens":400', [limit]],
    "the bucket is not filled again": ['"tokens_per_fill":200', '"tokens_per_fill":1', [limit]],
    "only proxies of the newest minor have the limit": [/\^\(1\\\\\.\d+\|/, "^(", [limit, quota]],
    "a tenant's quota is another's": ['"max_tokens":160', '"max_tokens":161', [quota]],
    "the other tenants have no quota": [/,\{"entries":\[\{"key":"tenant"\}\][^}]*\}\}/, "", [quota]],
    "the tenant is read from another header": [
      '"header_name":"x-tenant"',
      '"header_name":"x-other"',
      [quota],
    ],
    "requests without a tenant have no quota": ['"present_match":true', '"present_match":false', [quota]],
    "the filter is for the callers' side": ["SIDECAR_INBOUND", "SIDECAR_OUTBOUND", [limit, quota]],
  };
  for (const [mistake, [from, to, refuted]] of Object.entries(mistakes)) {
    it(`are refuted when ${mistake}`, async () => {
      expect(await refutedWith(from, to)).to.have.members(refuted);
    });
  }

  it("read the tenant from the declared claim only", async () => {
    const { limited } = definition.services;
    const tenants = { claim: ["org", "id"], requests: 80, per: "2m" } as const;
    const own = { ...limited, rateLimit: { requests: 200, per: "1m", quota: tenants } } as NonNullable<
      typeof limited
    >;
    const whose = subjectFrom({ ...definition, services: { ...definition.services, limited: own } });
    expect(refutedClaims(await proveStatically(whose, "limited.rateLimit"))).to.deep.equal([]);
    expect(await refutedWith('{"key":"org"},', "", whose)).to.deep.equal([quota]);
    expect(await refutedWith('"default_value":"-"', '"default_value":"x"', whose)).to.deep.equal([quota]);
  });
});
