import { expect } from "chai";
import { text as grpcMethods } from "../../checks/rules/grpcMethods";
import { text as retryConditions } from "../../checks/rules/retryConditionsOccur";
import { checkMesh } from "../../mesh";

const port = (protocol: string): object => ({ ports: { main: { port: 8080, protocol } } });

/** Findings of one code. */
const found = (code: string, services: object, rest: object = {}): string[] =>
  checkMesh({ name: "shop", services, ...rest })
    .findings.filter((one) => one.code === code)
    .map(({ path, message }) => `${path}: ${message}`);

describe("checks of methods of gRPC ports", () => {
  const calling = (protocol: string, methods: readonly string[]): string[] =>
    found("MW512", {
      web: { ...port("http"), calls: { api: { methods } } },
      api: port(protocol),
    });

  it("find every method but POST, whether or not POST is among them", () => {
    const at = (methods: readonly string[]): string[] => [
      `services.web.calls.api.methods: ${grpcMethods("api", methods).message}`,
    ];
    expect(calling("grpc", ["GET"])).to.deep.equal(at(["GET"]));
    expect(calling("grpc", ["POST", "PUT", "GET"])).to.deep.equal(at(["PUT", "GET"]));
    expect(calling("grpc", ["POST"])).to.deep.equal([]);
    for (const protocol of ["http", "http2"]) expect(calling(protocol, ["GET"])).to.deep.equal([]);
  });

  it("judge the port that is called, of routes and admissions too", () => {
    const ports = { grpc: { port: 9000, protocol: "grpc" }, http: { port: 8080, protocol: "http" } };
    const rest = (name: string): object => ({
      gateways: {
        public: {
          hosts: {
            "shop.example.com": {
              tls: { credentialName: "shop" },
              routes: [{ prefix: "/", service: "api", port: name, methods: ["GET"] }],
            },
          },
        },
      },
    });
    const services = (name: string): object => ({
      api: { ports, admit: { batch: { namespace: "batch", port: name, methods: ["GET"] } } },
    });
    expect(found("MW512", services("grpc"), rest("grpc"))).to.have.lengthOf(2);
    expect(found("MW512", services("http"), rest("http"))).to.deep.equal([]);
  });
});

describe("checks of retry conditions", () => {
  const onService = (protocols: readonly string[], retryOn: readonly string[]): string[] => {
    const ports = protocols.map((protocol, i) => [`p${i}`, { port: 8080 + i, protocol }]);
    return found("MW513", {
      api: { ports: Object.fromEntries(ports) as object, resilience: { retries: { attempts: 1, retryOn } } },
    });
  };
  const grpcOnly = ["cancelled", "deadline-exceeded", "internal", "resource-exhausted", "unavailable"];
  const at = (conditions: string[], grpc: boolean): string[] => [
    `services.api.resilience.retries.retryOn: ${retryConditions("api", conditions as never, grpc).message}`,
  ];

  it("find gRPC's on ports that serve no gRPC, and HTTP statuses on those that serve nothing else", () => {
    for (const condition of grpcOnly) {
      expect(onService(["http"], [condition])).to.deep.equal(at([condition], false));
      expect(onService(["grpc"], [condition])).to.deep.equal([]);
    }
    expect(onService(["http"], ["5xx", ...grpcOnly])).to.deep.equal(at(grpcOnly, false));
    expect(onService(["grpc"], ["retriable-4xx", "unavailable"])).to.deep.equal(at(["retriable-4xx"], true));
    for (const condition of ["5xx", "gateway-error", "reset", "connect-failure", "refused-stream"]) {
      for (const protocol of ["http", "http2", "grpc"])
        expect(onService([protocol], [condition]), `${condition} on ${protocol}`).to.deep.equal([]);
    }
  });

  it("accept what one of several ports can have, and anything over HTTP/2", () => {
    expect(onService(["http", "grpc"], ["retriable-4xx", "unavailable"])).to.deep.equal([]);
    expect(onService(["http", "tcp"], ["unavailable"])).to.deep.equal(at(["unavailable"], false));
    expect(onService(["http2"], ["retriable-4xx", "unavailable"])).to.deep.equal([]);
  });

  it("judge a call's own retries by the port that it calls", () => {
    const ports = { http: { port: 8080, protocol: "http" }, grpc: { port: 9000, protocol: "grpc" } };
    const calling = (name: string): string[] =>
      found("MW513", {
        web: {
          ...port("http"),
          calls: { api: { port: name, retries: { attempts: 1, retryOn: ["unavailable"] } } },
        },
        api: { ports },
      });
    expect(calling("grpc")).to.deep.equal([]);
    expect(calling("http")).to.deep.equal([
      `services.web.calls.api.retries.retryOn: ${retryConditions("api", ["unavailable"], false).message}`,
    ]);
  });
});

describe("checks of tokens that aren't forwarded", () => {
  const rule = (issuer: string, own: object = {}): object => ({
    issuer: `https://${issuer}.example.com`,
    ...own,
  });
  const chain = (first: object, further: object, jwtRules: readonly object[]): string[] =>
    checkMesh({
      name: "shop",
      services: {
        front: { ...port("http"), calls: { web: first } },
        web: { ...port("http"), calls: { api: further } },
        api: port("http"),
      },
      jwtRules,
    })
      .findings.filter(({ code }) => code === "MW514")
      .map(({ path }) => path);
  const off = { forwardOriginalToken: false };

  it("find each issuer whose tokens a service receives, loses and must pass on", () => {
    const endUser = { endUser: {} };
    expect(chain(endUser, endUser, [rule("one", off)])).to.deep.equal(["jwtRules[0].forwardOriginalToken"]);
    expect(chain(endUser, endUser, [rule("one"), rule("two", off)])).to.deep.equal([
      "jwtRules[1].forwardOriginalToken",
    ]);
    expect(chain(endUser, endUser, [rule("one"), rule("two", { forwardOriginalToken: true })])).to.deep.equal(
      [],
    );
    expect(chain(endUser, {}, [rule("one", off)])).to.deep.equal([]);
    // web gets no tokens, so it has its own for the call.
    expect(chain({}, endUser, [rule("one", off)])).to.deep.equal([]);
  });
});
