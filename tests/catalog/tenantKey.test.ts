import { expect } from "chai";
import { normalizeTenantKey } from "../../catalog/tenantKey";

describe("catalog/tenantKey", () => {
  it("is a header or the path of a claim", () => {
    expect(normalizeTenantKey({ header: "x-tenant" })).to.deep.equal({ header: "x-tenant" });
    expect(normalizeTenantKey({ claim: "tenant" })).to.deep.equal({ claim: ["tenant"] });
    expect(normalizeTenantKey({ claim: ["app", "tenant"] })).to.deep.equal({ claim: ["app", "tenant"] });
  });
});
