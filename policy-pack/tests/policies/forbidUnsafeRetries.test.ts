import { expect } from "chai";
import { forbidUnsafeRetries } from "../../policies/forbidUnsafeRetries";
import { PROTOCOL } from "../../reading/protocol";
import { type Resource, unknown, validateResource } from "../engine";
import { asPatch, route, virtualService } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(forbidUnsafeRetries, resource, configuration);
const routes = (...http: unknown[]) => judge(virtualService(http));
const at = (text: string, index = 0) => ({
  violations: [`VirtualService shop/catalog: spec.http[${index}].${text}.`],
});
const cure = (methods: string) =>
  `Set retries.attempts to 0, or retries.retryOn to connect-failure,refused-stream, at least for ${methods}`;
const unsafe = { attempts: 3, retryOn: "gateway-error, connect-failure,503" };
const refusal = (methods: string, index?: number) =>
  at(
    `retries.retryOn has gateway-error, 503, after which ${methods} may be done already. ${cure(methods)}`,
    index,
  );
const posts = { method: { regex: "POST|PATCH" } };

describe("forbid-unsafe-retries", () => {
  it("accepts no retries, and retries of what was certainly not done", async () => {
    for (const retries of [
      { attempts: 0 },
      {},
      { attempts: 3, retryOn: "connect-failure,refused-stream,reset-before-request" },
      { attempts: 3, retryOn: "unavailable,cancelled,resource-exhausted" },
    ]) {
      expect(await routes(route({ retries }))).to.deep.equal({ violations: [] });
    }
  });

  it("refuses conditions after which the service may have acted", async () => {
    expect(await routes(route({ retries: unsafe }))).to.deep.equal(refusal("POST and PATCH"));
  });

  it("accepts Istio's own default, which repeats no HTTP request that may have been done", async () => {
    for (const retries of [undefined, { attempts: 1 }, { attempts: 2, perTryTimeout: "1s" }]) {
      expect(await routes(route({ retries }))).to.deep.equal({ violations: [] });
    }
  });

  it("accepts any conditions where these methods do not come", async () => {
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

  it("accepts any conditions where an earlier route takes these methods", async () => {
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

  it("judges alternatives one by one", async () => {
    const match = [{ method: { exact: "GET" } }, { uri: { prefix: "/api" } }];
    expect(await routes(route({ match, retries: unsafe }))).to.deep.equal(refusal("POST and PATCH"));
  });

  it("takes the organization's methods and conditions", async () => {
    const settings = { methods: ["PUT"], retryOn: ["gateway-error", "connect-failure"] };
    expect(await judge(virtualService([route({ retries: unsafe })]), settings)).to.deep.equal(
      at(
        "retries.retryOn has 503, after which PUT may be done already. Set retries.attempts to 0, or retries.retryOn to " +
          "gateway-error,connect-failure, at least for PUT",
      ),
    );
  });

  it("leaves gRPC alone, whose calls are all POSTs, and patches", async () => {
    const metadata = { annotations: { [PROTOCOL]: "grpc" } };
    expect(await judge(virtualService([route({ retries: unsafe })], {}, metadata))).to.deep.equal({
      violations: [],
    });
    expect(await judge(asPatch(virtualService([route({ retries: unsafe })])))).to.deep.equal({
      violations: [],
    });
  });

  it("says what is open because of unknown values", async () => {
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
