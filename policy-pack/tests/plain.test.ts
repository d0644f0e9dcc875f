import { expect } from "chai";
import { durationMessages } from "../bounds";
import { forgetExemptions } from "../exemptions";
import { pages } from "../pages";
import { resourcesOf } from "../pages/render";
import { policies } from "../policies";
import { textOf } from "../policy";
import { boundTimeouts } from "../policies/boundTimeouts";
import { requireDefaultDeny } from "../policies/requireDefaultDeny";
import { kubernetesResources } from "../reading/resource";
import { atDay } from "./clock";
import { type Resource, validateResource, validateStack } from "./engine";
import { namespace, virtualService } from "./resources";

const plain = (resources: readonly Resource[]) =>
  resources.flatMap((one) => kubernetesResources({ ...one, urn: one.name }));

describe("policies without Pulumi's engine", () => {
  atDay("2026-11-26");
  beforeEach(forgetExemptions);
  after(forgetExemptions);

  it("say of every page's examples what they say with it", async () => {
    let count = 0;
    for (const policy of policies) {
      const page = pages[policy.name];
      if (page === undefined) throw new Error(policy.name);
      for (const yaml of [page.wrong, page.right]) {
        forgetExemptions();
        const resources = resourcesOf(yaml);
        const outcomes =
          "validateStack" in policy
            ? [await validateStack(policy, resources)]
            : await Promise.all(resources.map((resource) => validateResource(policy, resource)));
        forgetExemptions();
        const found = policy.findingsOf(plain(resources), {});
        const texts = found.map(({ subject, message, fix }) =>
          fix === undefined ? message : `${(subject as { title?: string }).title ?? ""}: ${message} ${fix}`,
        );
        expect(texts, policy.name).to.deep.equal(outcomes.flatMap(({ violations }) => violations));
        count += texts.length;
      }
    }
    expect(count).to.be.greaterThan(policies.length);
  });

  it("name the field and the fix", () => {
    const [finding] = boundTimeouts.findingsOf(plain([virtualService([{ route: [], timeout: "9h" }])]), {});
    if (finding?.path === undefined) throw new Error("no finding");
    expect(finding.path).to.equal("spec.http[0].timeout");
    expect(textOf("", finding.path, durationMessages.above("9h", "1ms", "2m"))).to.equal(
      `: ${finding.message} ${finding.fix ?? ""}`,
    );
  });

  it("apply scopes, exemptions and settings", () => {
    const stack = plain([namespace()]);
    const found = (given: Record<string, unknown>) => requireDefaultDeny.findingsOf(stack, given).length;
    const name = stack[0]?.name ?? "";
    expect(found({})).to.equal(1);
    expect(found({ excludeFor: [{ namespace: name }] })).to.equal(0);
    const until = new Date(Date.now() + 86_400_000).toISOString();
    expect(found({ exemptions: [{ namespace: name, name, until, reason: "INC-7, decided" }] })).to.equal(0);
    expect(() => found({ nosuch: 1 })).to.throw("Policy require-default-deny has no setting nosuch");
  });
});
