import { expect } from "chai";
import { http, metadata, render } from "./render";

const services = { web: { ports: { http } } } as const;

describe("requestAuthentication", () => {
  it("declares every issuer, whose tokens stay on the request", () => {
    const objects = render({
      name: "shop",
      services,
      jwtRules: [
        { issuer: "https://a.example.com", jwksUri: "https://a.example.com/keys", audiences: ["shop"] },
        { issuer: "https://b.example.com", forwardOriginalToken: false },
      ],
    });
    expect(objects.filter(({ kind }) => kind === "RequestAuthentication")).to.deep.equal([
      {
        apiVersion: "security.istio.io/v1",
        kind: "RequestAuthentication",
        metadata: metadata("default", "jwtRules"),
        spec: {
          jwtRules: [
            {
              issuer: "https://a.example.com",
              jwksUri: "https://a.example.com/keys",
              audiences: ["shop"],
              forwardOriginalToken: true,
            },
            { issuer: "https://b.example.com", forwardOriginalToken: false },
          ],
        },
      },
    ]);
  });

  it("isn't rendered without an issuer", () => {
    expect(render({ name: "shop", services }).map(({ kind }) => kind)).to.not.include(
      "RequestAuthentication",
    );
  });
});
