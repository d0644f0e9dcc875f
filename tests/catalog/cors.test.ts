import { expect } from "chai";
import { corsSchema, normalizeCors } from "../../catalog/cors";

const allowOrigins = ["https://app.example.com"] as const;

describe("catalog/cors", () => {
  it("allows no more than browsers do without a preflight request, unless the catalog says so", () => {
    expect(normalizeCors({ allowOrigins })).to.deep.equal({
      allowOrigins: [{ exact: "https://app.example.com" }],
      allowMethods: ["GET", "HEAD", "POST"],
      allowHeaders: [],
      exposeHeaders: [],
      allowCredentials: false,
    });
  });

  it("keeps what the catalog says, with milliseconds and patterns", () => {
    const given = {
      allowMethods: ["PUT"],
      allowHeaders: ["x-a"],
      exposeHeaders: ["x-b"],
      allowCredentials: true,
    } as const;
    expect(normalizeCors({ ...given, allowOrigins: [{ prefix: "https://a" }], maxAge: "10m" })).to.deep.equal(
      { ...given, allowOrigins: [{ prefix: "https://a" }], maxAge: 600_000 },
    );
  });

  it("refuses lists without an entry", () => {
    expect(corsSchema.safeParse({ allowOrigins }).success).to.equal(true);
    expect(corsSchema.safeParse({ allowOrigins: [] }).success).to.equal(false);
    for (const field of ["allowMethods", "allowHeaders", "exposeHeaders"]) {
      expect(corsSchema.safeParse({ allowOrigins, [field]: [] }).success, field).to.equal(false);
    }
  });
});
