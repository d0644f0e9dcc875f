import { expect } from "chai";
import { isQuestion, parseQuestion, type QuestionOptions } from "../../../cli/explain/question";

const isCatalog = (word: string) => Promise.resolve(["shop", "./mesh.ts"].includes(word));
const parsed = (text: string, options: QuestionOptions = {}) =>
  parseQuestion(text.split(" "), options, isCatalog);

describe("cli/explain/question", () => {
  it("tells a request from the name of an object", async () => {
    for (const text of [
      "web cart",
      "shop web cart",
      "web cart GET /x",
      "shop web cart GET /x",
      "https://a.example.com/x",
      "shop POST https://a.example.com/x",
      "web shop/cart",
      "web ns/shop/sa/cart",
    ]) {
      expect(await isQuestion(text.split(" "), isCatalog), text).to.equal(true);
    }
    for (const text of [
      "AuthorizationPolicy/cart",
      "shop authorizationpolicy/shop/cart",
      "alfred AuthorizationPolicy/shop/cart",
      "./mesh.ts Service/cart",
    ]) {
      expect(await isQuestion(text.split(" "), isCatalog), text).to.equal(false);
    }
  });

  it("reads client, server, method and path, with or without a catalog", async () => {
    const question = { client: "web", server: "cart", method: "GET", path: "/", headers: {} };
    expect(await parsed("web cart")).to.deep.equal({ question });
    expect(await parsed("./mesh.ts web cart POST /x")).to.deep.equal({
      catalog: "./mesh.ts",
      question: { ...question, method: "POST", path: "/x" },
    });
    expect(await parsed("web cart PUT")).to.deep.equal({ question: { ...question, method: "PUT" } });
    expect(await parsed("web cart /x")).to.deep.equal({ question: { ...question, path: "/x" } });
    expect(await parsed("web cart.:8080")).to.deep.equal({ question: { ...question, port: 8080 } });
  });

  it("reads a URL as a request from outside", async () => {
    expect(await parsed("shop POST https://api.example.com:8443/x?y=1#z")).to.deep.equal({
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
    const { question } = await parsed("HTTP://API.example.com.");
    expect(question).to.deep.equal({
      server: "api.example.com",
      scheme: "http",
      path: "/",
      method: "GET",
      headers: {},
    });
  });

  it("keeps the path of a URL as it is written, and reads addresses", async () => {
    expect((await parsed("https://a.example.com/api/../admin%2f")).question.path).to.equal(
      "/api/../admin%2f",
    );
    expect((await parsed("https://a.example.com?x=/")).question.path).to.equal("/?x=/");
    const { question } = await parsed("web http://[2001:db8::7]:8080/x");
    expect(question).to.deep.include({ client: "web", server: "2001:db8::7", port: 8080, path: "/x" });
    expect((await parsed("web 10.0.0.7:5432")).question).to.deep.include({ server: "10.0.0.7", port: 5432 });
    // Without brackets, the last group of an address is not a port.
    expect((await parsed("web 2001:db8::7")).question.server).to.equal("2001:db8::7");
  });

  it("reads a URL behind a client as the client's request", async () => {
    const question = {
      client: "web",
      server: "cart",
      scheme: "http",
      method: "GET",
      path: "/x",
      headers: {},
    };
    expect(await parsed("web http://cart/x")).to.deep.equal({ question });
    expect(await parsed("shop web PUT http://cart/x")).to.deep.equal({
      catalog: "shop",
      question: { ...question, method: "PUT" },
    });
    const { question: named } = await parsed("spiffe://cluster.local/ns/shop/sa/web cart");
    expect(named.client).to.equal("spiffe://cluster.local/ns/shop/sa/web");
  });

  it("reads the options", async () => {
    const options = {
      port: "8080",
      header: ["X-User=ada", "accept: text/html"],
      token: '{"sub":"ada"}',
      sourceIp: "10.0.0.1",
    };
    expect((await parsed("web cart", options)).question).to.deep.include({
      port: 8080,
      headers: { "x-user": "ada", accept: "text/html" },
      claims: { sub: "ada" },
      sourceIp: "10.0.0.1",
    });
  });

  it("refuses what it can't read, and names it", async () => {
    for (const [text, options, problem] of [
      ["web", {}, '"web" does not name a client and a server, or a URL.'],
      ["a b c d", {}, '"a b c d" does not name a client and a server, or a URL.'],
      ["catalog web cart get x", {}, '"get" is not a method.'],
      ["catalog web cart GET x", {}, '"x" is not a path.'],
      [
        "a b c https://x.example.com",
        {},
        '"a b c https://x.example.com" does not name a client and a server, or a URL.',
      ],
      ["web cart", { port: "70000" }, '"70000" is not a port.'],
      ["web cart:70000", {}, '"70000" is not a port.'],
      ["web cart:80", { port: "81" }, "cart:80 has the port 80, and --port is 81."],
      ["web cart", { header: ["x"] }, '"x" is not a header.'],
      ["web cart", { token: "[]" }, "--token [] can't be read."],
      ["web cart", { token: "{" }, "--token { is not a JSON object."],
      ["web cart", { sourceIp: "300.1.1.1" }, '"300.1.1.1" is not an IP address.'],
      ["shop ftp://x.example.com", {}, '"ftp://x.example.com" is not a URL that a gateway serves.'],
    ] as const) {
      const refused = await parsed(text, options).catch((error: unknown) => error as Error);
      expect(refused, text).to.be.instanceOf(Error);
      expect((refused as Error).message, text).to.contain(problem);
    }
  });
});
