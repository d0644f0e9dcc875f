import { expect } from "chai";
import { boundRetries } from "../../policies/boundRetries";
import { unknown, validateResource } from "../engine";
import { route, virtualService } from "../resources";

const judge = (retries: unknown, timeout: unknown = "10s", configuration = {}) =>
  validateResource(boundRetries, virtualService([route({ retries, timeout })]), configuration);
const at = (text: string) => ({ violations: [`VirtualService shop/catalog: spec.http[0].retries.${text}.`] });

describe("bound-retries", () => {
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
    expect(await judge({ attempts: 4 })).to.deep.equal(
      at("attempts is 4, above the limit of 3. Set it to at most 3"),
    );
    expect(await judge({ attempts: 2 }, "10s", { attempts: 1 })).to.deep.equal(
      at("attempts is 2, above the limit of 1. Set it to at most 1"),
    );
    expect(await judge({ attempts: "three" })).to.deep.equal(
      at("attempts is not a number. Set it to a number from 1 to 3"),
    );
  });

  it("refuses tries that outlast the timeout", async () => {
    expect(await judge({ attempts: 3, perTryTimeout: "10s" }, "30s")).to.deep.equal(
      at("perTryTimeout is 10s, so 4 tries outlast the timeout of 30s. Set it to at most 7500ms"),
    );
    const retried = { attempts: 3, perTryTimeout: "10s", retryOn: "connect-failure, reset" };
    expect(await judge(retried, "30s"))
      .to.have.property("violations")
      .with.length(1);
    expect(await judge({ attempts: 3, perTryTimeout: "2501ms" }))
      .to.have.property("violations")
      .with.length(1);
  });

  it("accepts tries of any length where a slow one is the last", async () => {
    const retries = { attempts: 3, perTryTimeout: "10s", retryOn: "connect-failure,refused-stream,503" };
    expect(await judge(retries, "30s")).to.deep.equal({ violations: [] });
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge({ attempts: unknown, perTryTimeout: "1s" })).to.deep.equal({
      violations: [],
      undecided:
        "VirtualService shop/catalog: string value at .spec.http.0.retries.attempts can't be known during preview",
    });
  });
});
