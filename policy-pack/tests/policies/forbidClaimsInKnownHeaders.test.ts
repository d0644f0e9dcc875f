import { expect } from "chai";
import { forbidClaimsInKnownHeaders } from "../../policies/forbidClaimsInKnownHeaders";
import { unknown, validateResource } from "../engine";
import { requestAuthentication } from "../resources";

const judge = (rule: Record<string, unknown>, configuration = {}) =>
  validateResource(forbidClaimsInKnownHeaders, requestAuthentication(rule), configuration);
const at = (field: string, header: string) =>
  `RequestAuthentication shop/default: spec.jwtRules[0].${field} is "${header}", which has a meaning of its own. ` +
  "Choose another header, such as x-jwt-payload.";
const claim = (header: unknown) => ({ outputClaimToHeaders: [{ claim: "sub", header }] });

describe("forbid-claims-in-known-headers", () => {
  it("accepts headers without another meaning", async () => {
    expect(await judge({})).to.deep.equal({ violations: [] });
    expect(await judge({ outputPayloadToHeader: "x-jwt-payload", ...claim("x-user") })).to.deep.equal({
      violations: [],
    });
  });

  it("refuses well-known headers, in any case, for tokens and claims", async () => {
    for (const header of ["host", "Authorization", "X-Forwarded-For", "x-envoy-original-path"]) {
      expect(await judge({ outputPayloadToHeader: header, ...claim(header) })).to.deep.equal({
        violations: [at("outputPayloadToHeader", header), at("outputClaimToHeaders[0].header", header)],
      });
    }
  });

  it("takes the organization's list", async () => {
    const prohibitedHeaders = ["x-user"];
    expect(await judge(claim("host"), { prohibitedHeaders })).to.deep.equal({ violations: [] });
    expect(await judge(claim("x-user"), { prohibitedHeaders })).to.deep.equal({
      violations: [at("outputClaimToHeaders[0].header", "x-user")],
    });
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge({ outputPayloadToHeader: "host", ...claim(unknown) })).to.deep.equal({
      violations: [at("outputPayloadToHeader", "host")],
      undecided:
        "RequestAuthentication shop/default: string value at .spec.jwtRules.0.outputClaimToHeaders.0.header can't be known " +
        "during preview",
    });
  });
});
