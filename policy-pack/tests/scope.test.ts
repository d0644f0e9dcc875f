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
  it("includes all objects by default, else the selected ones", () => {
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

  it("excludes selected objects, also if another selector includes them", () => {
    expect(inScope([], [{ namespace: "shop" }])).to.equal(false);
    expect(inScope([{ namespace: "shop" }], [{ labels: { team: "a" } }])).to.equal(false);
  });

  it("does not select by an unknown namespace or label", () => {
    const unknown = { name: undefined, namespace: undefined, labels: {} };
    const excludeFor = [{ namespace: "shop" }, { labels: { team: "a" } }];
    expect(isInScope(unknown, { includeFor: [], excludeFor })).to.equal(true);
  });

  it("applies to policies on resources", async () => {
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

  it("applies to policies on stacks", async () => {
    const excludeFor = [{ namespace: "istio-system" }];
    expect((await validateStack(requireMeshWideStrict, [istiod()])).violations).to.have.length(1);
    expect(await validateStack(requireMeshWideStrict, [istiod()], { excludeFor })).to.deep.equal({
      violations: [],
    });
  });
});
