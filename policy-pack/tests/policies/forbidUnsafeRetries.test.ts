import { expect } from "chai";
import type { Message } from "../../policy";
import { forbidUnsafeRetries, messages } from "../../policies/forbidUnsafeRetries";
import { PROTOCOL } from "../../reading/protocol";
import { type Resource, unknown, validateResource } from "../engine";
import { asPatch, route, virtualService } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(forbidUnsafeRetries, resource, configuration);
const routes = (...http: unknown[]) => judge(virtualService(http));
const at = (path: string, message: Message, index = 0) => ({
  violations: [said("VirtualService shop/catalog", `spec.http[${index}].`)(path, message)],
});
const SAFE = "connect-failure,refused-stream";
const unsafe = { attempts: 3, retryOn: "gateway-error, connect-failure,503" };
const refusal = (methods: string, index?: number) =>
  at("retries.retryOn", messages.unsafe("gateway-error, 503", methods, SAFE), index);
const posts = { method: { regex: "POST|PATCH" } };

describe("forbid-unsafe-retries", () => {
  it("states the field, the conditions and the fix", async () => {
    expect(await routes(route({ retries: { attempts: 2, retryOn: "5xx" } }))).to.deep.equal({
      violations: [
        "VirtualService shop/catalog: spec.http[0].retries.retryOn has 5xx, after which the service may already have processed " +
          "POST and PATCH. Set retries.attempts to 0, or retries.retryOn to connect-failure,refused-stream, at least for POST " +
          "and PATCH.",
      ],
    });
  });

  it("accepts no retries, and retries of requests that were not received", async () => {
    for (const retries of [
      { attempts: 0 },
      {},
      { attempts: 3, retryOn: "connect-failure,refused-stream,reset-before-request" },
      { attempts: 3, retryOn: "unavailable,cancelled,resource-exhausted" },
    ]) {
      expect(await routes(route({ retries }))).to.deep.equal({ violations: [] });
    }
  });

  it("refuses conditions after which the service may have processed the request", async () => {
    expect(await routes(route({ retries: unsafe }))).to.deep.equal(refusal("POST and PATCH"));
  });

  it("accepts Istio's default, which retries no HTTP request that may have been processed", async () => {
    for (const retries of [undefined, { attempts: 1 }, { attempts: 2, perTryTimeout: "1s" }]) {
      expect(await routes(route({ retries }))).to.deep.equal({ violations: [] });
    }
  });

  it("accepts any conditions on routes that do not match these methods", async () => {
    const only = (method: unknown) => routes(route({ match: [{ method }], retries: unsafe }));
    for (const method of [{ exact: "GET" }, { prefix: "G" }, { regex: "GET|HEAD" }]) {
      expect(await only(method)).to.deep.equal({ violations: [] });
    }
    for (const [method, methods] of [
      [{ exact: "POST" }, "POST"],
      [{ prefix: "P" }, "POST and PATCH"],
      [{ regex: "P.*H|GET" }, "PATCH"],
      [{ regex: "(?i)post" }, "POST and PATCH"],
    ] as const) {
      expect(await only(method)).to.deep.equal(refusal(methods));
    }
  });

  it("accepts any conditions where an earlier route matches these methods", async () => {
    const safe = { attempts: 1, retryOn: "connect-failure" };
    const first = (match: unknown) => route({ match: [match], retries: safe });
    const api = { uri: { prefix: "/api" } };
    const rest = (match?: unknown) => route({ ...(match ? { match: [match] } : {}), retries: unsafe });
    expect(await routes(first(posts), rest())).to.deep.equal({ violations: [] });
    expect(await routes(first(posts), rest(api))).to.deep.equal({ violations: [] });
    expect(await routes(first({ ...api, ...posts }), rest(api))).to.deep.equal({ violations: [] });
    expect(await routes(first({ name: "writes", ...posts }), rest())).to.deep.equal({ violations: [] });
    expect(await routes(route({ retries: safe }), rest())).to.deep.equal({ violations: [] });
    expect(await routes(first({ ...api, ...posts }), rest())).to.deep.equal(refusal("POST and PATCH", 1));
    expect(await routes(first({ uri: { prefix: "/" }, ...posts }), rest(api))).to.deep.equal(
      refusal("POST and PATCH", 1),
    );
    expect(await routes(first({ method: { exact: "POST" } }), rest())).to.deep.equal(refusal("PATCH", 1));
    expect(await routes(rest(), first(posts))).to.deep.equal(refusal("POST and PATCH"));
    expect(await routes(first({ method: { regex: "(?i)post|patch" } }), rest())).to.deep.equal(
      refusal("POST and PATCH", 1),
    );
  });

  it("judges each alternative of a match", async () => {
    const match = [{ method: { exact: "GET" } }, { uri: { prefix: "/api" } }];
    expect(await routes(route({ match, retries: unsafe }))).to.deep.equal(refusal("POST and PATCH"));
  });

  it("applies the organization's methods and conditions", async () => {
    const settings = { methods: ["PUT"], retryOn: ["gateway-error", "connect-failure"] };
    expect(await judge(virtualService([route({ retries: unsafe })]), settings)).to.deep.equal(
      at("retries.retryOn", messages.unsafe("503", "PUT", "gateway-error,connect-failure")),
    );
  });

  it("does not apply to gRPC, whose calls are all POSTs, and to patches", async () => {
    const metadata = { annotations: { [PROTOCOL]: "grpc" } };
    expect(await judge(virtualService([route({ retries: unsafe })], {}, metadata))).to.deep.equal({
      violations: [],
    });
    expect(await judge(asPatch(virtualService([route({ retries: unsafe })])))).to.deep.equal({
      violations: [],
    });
  });

  it("reports unknown values as undecided", async () => {
    const open = { attempts: 1, retryOn: unknown };
    expect(await routes(route({ retries: open }), route({ match: [posts], retries: unsafe }))).to.deep.equal({
      violations: [],
      undecided:
        "VirtualService shop/catalog: string value at .spec.http.0.retries.retryOn can't be known during preview",
    });
    expect(await routes(route({ match: [posts], retries: unsafe }), route({ retries: open }))).to.deep.equal(
      refusal("POST and PATCH"),
    );
  });
});
