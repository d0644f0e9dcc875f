import { expect } from "chai";
import { isQuestion, parseQuestion } from "../../../cli/explain/question";

const parsed = (text: string, options = {}) => parseQuestion(text.split(" "), options);

describe("cli/explain/question", () => {
  it("tells a request from the name of an object", () => {
    for (const text of [
      "web cart",
      "shop web cart",
      "web cart GET /x",
      "shop web cart GET /x",
      "https://a.example.com/x",
      "shop POST https://a.example.com/x",
    ]) {
      expect(isQuestion(text.split(" ")), text).to.equal(true);
    }
    for (const text of [
      "AuthorizationPolicy/cart",
      "alfred AuthorizationPolicy/shop/cart",
      "./mesh.ts Service/cart",
    ]) {
      expect(isQuestion(text.split(" ")), text).to.equal(false);
    }
  });

  it("reads client, server, method and path, with or without a catalog", () => {
    const question = { client: "web", server: "cart", method: "GET", path: "/", headers: {} };
    expect(parsed("web cart")).to.deep.equal({ question });
    expect(parsed("./mesh.ts web cart POST /x")).to.deep.equal({
      catalog: "./mesh.ts",
      question: { ...question, method: "POST", path: "/x" },
    });
    expect(parsed("web cart PUT")).to.deep.equal({ question: { ...question, method: "PUT" } });
  });

  it("reads a URL as a request from outside", () => {
    expect(parsed("shop POST https://api.example.com:8443/x?y=1")).to.deep.equal({
      catalog: "shop",
      question: {
        server: "api.example.com",
        scheme: "https",
        port: 8443,
        method: "POST",
        path: "/x?y=1",
        headers: {},
      },
    });
    expect(parsed("http://api.example.com").question).to.deep.include({
      scheme: "http",
      path: "/",
      method: "GET",
    });
  });

  it("reads the options", () => {
    const options = {
      port: "8080",
      header: ["X-User=ada", "accept: text/html"],
      token: '{"sub":"ada"}',
      sourceIp: "10.0.0.1",
    };
    expect(parsed("web cart", options).question).to.deep.include({
      port: 8080,
      headers: { "x-user": "ada", accept: "text/html" },
      claims: { sub: "ada" },
      sourceIp: "10.0.0.1",
    });
  });

  it("refuses what it can't read, and names it", () => {
    for (const [text, options, problem] of [
      ["web", {}, '"web" is no question.'],
      ["a b c d", {}, '"a b c d" is no question.'],
      ["a b https://x.example.com", {}, '"a b https://x.example.com" is no question.'],
      ["web cart", { port: "70000" }, '"70000" is no port.'],
      ["web cart", { header: ["x"] }, '"x" is no header.'],
      ["web cart", { token: "[]" }, "--token [] can't be read."],
      ["web cart", { token: "{" }, "--token { has no JSON object."],
      ["web cart", { sourceIp: "300.1.1.1" }, '"300.1.1.1" is no IP address.'],
      ["shop ftp://x.example.com", {}, '"ftp://x.example.com" is no URL that a gateway serves.'],
    ] as const) {
      expect(() => parsed(text, options), text).to.throw(problem);
    }
  });
});
