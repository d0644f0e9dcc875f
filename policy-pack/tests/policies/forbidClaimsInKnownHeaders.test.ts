import { expect } from "chai";
import { forbidClaimsInKnownHeaders, messages } from "../../policies/forbidClaimsInKnownHeaders";
import { unknown, validateResource } from "../engine";
import { requestAuthentication } from "../resources";
import { said } from "../said";

const judge = (rule: Record<string, unknown>, configuration = {}) =>
  validateResource(forbidClaimsInKnownHeaders, requestAuthentication(rule), configuration);
const at = (field: string, header: string) =>
  said("RequestAuthentication shop/default", "spec.jwtRules[0].")(field, messages.knownHeader(header));
const claim = (header: unknown) => ({ outputClaimToHeaders: [{ claim: "sub", header }] });

describe("forbid-claims-in-known-headers", () => {
  it("states the field, the header and the fix", async () => {
    expect(await judge({ outputPayloadToHeader: "host" })).to.deep.equal({
      violations: [
        'RequestAuthentication shop/default: spec.jwtRules[0].outputPayloadToHeader is "host", a well-known header with its own ' +
          "meaning. Use another header, such as x-jwt-payload.",
      ],
    });
  });

  it("accepts other headers", async () => {
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

  it("applies the organization's list", async () => {
    const prohibitedHeaders = ["x-user"];
    expect(await judge(claim("host"), { prohibitedHeaders })).to.deep.equal({ violations: [] });
    expect(await judge(claim("x-user"), { prohibitedHeaders })).to.deep.equal({
      violations: [at("outputClaimToHeaders[0].header", "x-user")],
    });
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge({ outputPayloadToHeader: "host", ...claim(unknown) })).to.deep.equal({
      violations: [at("outputPayloadToHeader", "host")],
      undecided:
        "RequestAuthentication shop/default: string value at .spec.jwtRules.0.outputClaimToHeaders.0.header can't be known " +
        "during preview",
    });
  });
});
