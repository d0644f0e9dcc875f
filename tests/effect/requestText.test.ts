import { expect } from "chai";
import { requestText } from "../../effect";

describe("requestText", () => {
  const from = "GET / on port 80 from a client without an identity";

  it("names the addresses by which policies decide: the peer's, and the client's if it is another one", () => {
    expect(requestText({ port: 80 })).to.equal(from);
    expect(requestText({ port: 80, address: "10.0.0.7" })).to.equal(`${from} with address 10.0.0.7`);
    expect(requestText({ port: 80, remoteAddress: "203.0.113.7" })).to.equal(
      `${from} with remote address 203.0.113.7`,
    );
    const both = { port: 80, address: "10.0.0.7", remoteAddress: "203.0.113.7" };
    expect(requestText(both)).to.equal(`${from} with address 10.0.0.7, remote address 203.0.113.7`);
    expect(requestText({ ...both, remoteAddress: "10.0.0.7" })).to.equal(`${from} with address 10.0.0.7`);
  });
});
