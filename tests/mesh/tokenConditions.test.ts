import { expect } from "chai";
import { tokenConditions } from "../../mesh/tokenConditions";

const issuers = ["https://a.example.com", "https://b.example.com"];
const groups = { path: ["groups"], values: ["admin", "staff"] };
const nested = { path: ["account", "tier"], values: ["gold"] };

describe("tokenConditions", () => {
  it("requires a token of any issuer if neither an issuer nor a claim is named", () => {
    expect(tokenConditions({ claims: [] }, issuers)).to.deep.equal([
      { key: "request.auth.claims[iss]", values: issuers },
    ]);
  });

  it("requires claims alone, sorted, with a pair of brackets for each level", () => {
    expect(tokenConditions({ claims: [groups, nested] }, issuers)).to.deep.equal([
      { key: "request.auth.claims[account][tier]", values: ["gold"] },
      { key: "request.auth.claims[groups]", values: ["admin", "staff"] },
    ]);
  });

  it("requires the named issuer beside the claims", () => {
    expect(tokenConditions({ issuer: "https://b.example.com", claims: [nested] }, issuers)).to.deep.equal([
      { key: "request.auth.claims[account][tier]", values: ["gold"] },
      { key: "request.auth.claims[iss]", values: ["https://b.example.com"] },
    ]);
  });
});
