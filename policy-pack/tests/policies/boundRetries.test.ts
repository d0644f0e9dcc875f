import { expect } from "chai";
import { numberMessages } from "../../bounds";
import type { Message } from "../../policy";
import { boundRetries, messages } from "../../policies/boundRetries";
import { unknown, validateResource } from "../engine";
import { route, virtualService } from "../resources";
import { said } from "../said";

const judge = (retries: unknown, timeout: unknown = "10s", configuration = {}) =>
  validateResource(boundRetries, virtualService([route({ retries, timeout })]), configuration);
const inRoute = said("VirtualService shop/catalog", "spec.http[0].retries.");
const at = (path: string, message: Message) => ({ violations: [inRoute(path, message)] });

describe("bound-retries", () => {
  it("states the field, the durations and the fix", async () => {
    expect(await judge({ attempts: 3, perTryTimeout: "10s" }, "30s")).to.deep.equal({
      violations: [
        "VirtualService shop/catalog: spec.http[0].retries.perTryTimeout is 10s, so 4 attempts exceed the route's timeout of " +
          "30s. Set it to at most 7500ms.",
      ],
    });
  });

  it("accepts retries within the limit that fit the timeout", async () => {
    for (const retries of [
      undefined,
      { attempts: 0 },
      { attempts: 3 },
      { attempts: 3, perTryTimeout: "2.5s" },
      { attempts: 0, perTryTimeout: "1h" },
    ]) {
      expect(await judge(retries)).to.deep.equal({ violations: [] });
    }
    expect(await judge({ attempts: 3, perTryTimeout: "1h" }, "0s")).to.deep.equal({ violations: [] });
    expect(await judge({ attempts: 3, perTryTimeout: "1h" }, null)).to.deep.equal({ violations: [] });
  });

  it("refuses more attempts than the limit", async () => {
    expect(await judge({ attempts: 4 })).to.deep.equal(at("attempts", numberMessages.above(4, 3)));
    expect(await judge({ attempts: 2 }, "10s", { attempts: 1 })).to.deep.equal(
      at("attempts", numberMessages.above(2, 1)),
    );
    expect(await judge({ attempts: "three" })).to.deep.equal(at("attempts", numberMessages.notANumber(1, 3)));
  });

  it("refuses attempts that exceed the timeout", async () => {
    expect(await judge({ attempts: 3, perTryTimeout: "10s" }, "30s")).to.deep.equal(
      at("perTryTimeout", messages.tooSlow("10s", 4, "30s", 7500)),
    );
    const retried = { attempts: 3, perTryTimeout: "10s", retryOn: "connect-failure, reset" };
    expect(await judge(retried, "30s"))
      .to.have.property("violations")
      .with.length(1);
    expect(await judge({ attempts: 3, perTryTimeout: "2501ms" }))
      .to.have.property("violations")
      .with.length(1);
  });

  it("accepts attempts of any length where a timed-out attempt is final", async () => {
    const retries = { attempts: 3, perTryTimeout: "10s", retryOn: "connect-failure,refused-stream,503" };
    expect(await judge(retries, "30s")).to.deep.equal({ violations: [] });
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge({ attempts: unknown, perTryTimeout: "1s" })).to.deep.equal({
      violations: [],
      undecided:
        "VirtualService shop/catalog: string value at .spec.http.0.retries.attempts can't be known during preview",
    });
  });

  it("judges the attempts of an HTTPRoute", async () => {
    const ofRoute = (retry: unknown) =>
      validateResource(boundRetries, {
        type: "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
        name: "web",
        props: { metadata: { namespace: "shop", name: "web" }, spec: { rules: [{ retry }] } },
      });
    const inHttpRoute = said("HTTPRoute shop/web", "spec.rules[0].retry.");
    expect(await ofRoute({ attempts: 4 })).to.deep.equal({
      violations: [inHttpRoute("attempts", numberMessages.above(4, 3))],
    });
    for (const retry of [undefined, { attempts: 0 }, { attempts: 3 }]) {
      expect(await ofRoute(retry)).to.deep.equal({ violations: [] });
    }
  });
});
