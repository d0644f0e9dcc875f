import { expect } from "chai";
import { forbidAllowAll } from "../policies/forbidAllowAll";
import { requireMeshWideStrict } from "../policies/requireMeshWideStrict";
import { isInScope, type Selector } from "../scope";
import { validateResource, validateStack } from "./engine";
import { authorizationPolicy, istiod } from "./resources";

const subject = { name: "catalog", namespace: "shop", labels: { team: "a", tier: "back" } };
const inScope = (includeFor: Selector[], excludeFor: Selector[] = []) =>
  isInScope(subject, { includeFor, excludeFor });

describe("scope", () => {
  it("includes everything by default, else what a selector picks", () => {
    expect(inScope([])).to.equal(true);
    for (const picks of [
      { namespace: "shop" },
      { labels: { team: "a" } },
      { labels: { team: "a", tier: "back" } },
      { namespace: "shop", labels: { tier: "back" } },
    ] as Selector[]) {
      expect(inScope([picks])).to.equal(true);
      expect(inScope([{ namespace: "bank" }, picks])).to.equal(true);
    }
    for (const misses of [
      { namespace: "bank" },
      { labels: { team: "b" } },
      { labels: { team: "a", tier: "front" } },
      { labels: { none: "a" } },
      { namespace: "bank", labels: { team: "a" } },
    ] as Selector[]) {
      expect(inScope([misses])).to.equal(false);
      expect(inScope([], [misses])).to.equal(true);
    }
  });

  it("excludes what a selector picks, though another includes it", () => {
    expect(inScope([], [{ namespace: "shop" }])).to.equal(false);
    expect(inScope([{ namespace: "shop" }], [{ labels: { team: "a" } }])).to.equal(false);
  });

  it("picks nothing by a namespace or label that is not known", () => {
    const unknown = { name: undefined, namespace: undefined, labels: {} };
    const excludeFor = [{ namespace: "shop" }, { labels: { team: "a" } }];
    expect(isInScope(unknown, { includeFor: [], excludeFor })).to.equal(true);
  });

  it("holds for every policy of resources", async () => {
    const open = authorizationPolicy({ rules: [{}] }, { labels: { team: "a" } });
    const judge = (configuration: object) =>
      validateResource(forbidAllowAll, open, configuration as Record<string, unknown>);
    expect((await judge({})).violations).to.have.length(1);
    expect((await judge({ includeFor: [{ namespace: "shop" }] })).violations).to.have.length(1);
    for (const configuration of [
      { includeFor: [{ namespace: "bank" }] },
      { excludeFor: [{ labels: { team: "a" } }] },
    ]) {
      expect(await judge(configuration)).to.deep.equal({
        violations: [],
        notApplicable: "AuthorizationPolicy shop/catalog is excluded by includeFor or excludeFor",
      });
    }
  });

  it("holds for every policy of stacks", async () => {
    const excludeFor = [{ namespace: "istio-system" }];
    expect((await validateStack(requireMeshWideStrict, [istiod()])).violations).to.have.length(1);
    expect(await validateStack(requireMeshWideStrict, [istiod()], { excludeFor })).to.deep.equal({
      violations: [],
    });
  });
});
