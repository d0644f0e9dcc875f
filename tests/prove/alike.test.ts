import { expect } from "chai";
import { meshOf } from "../../bench/meshOf";
import { subjectOf } from "../../cli/proof/subject";
import { loadSubject } from "../../cli/subject";
import type { Manifest } from "../../mesh";
import { proveStatically } from "../../prove";
import { staticOracle } from "../../prove/static";
import { createTokenIssuer } from "../../prove/tokens";
import { sharedAnswers } from "./sharedAnswers";
import { subject } from "./shop";

const issuer = createTokenIssuer();

/** An ALLOW policy for a service of the shop. */
function policy(from: object): Manifest {
  return {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "wrong", namespace: "shop" },
    spec: { selector: { matchLabels: { app: "store" } }, rules: [{ from: [{ source: from }] }] },
  };
}

const policies: Readonly<Record<string, object>> = {
  "one service account": { principals: ["cluster.local/ns/shop/sa/cart"] },
  "a suffix of service accounts": { principals: ["*/sa/depot"] },
  "the namespace of a stranger": { namespaces: ["prove-*"] },
  "all but the catalog's namespace": { notNamespaces: ["shop"] },
  "all but some service accounts": { notPrincipals: ["*/sa/cart", "*/sa/default", "*/sa/istio-ingress"] },
};

describe("questions with the same answer", () => {
  it("are asked once, and each of them by itself gets this answer", async () => {
    const found = { shop: sharedAnswers(staticOracle(subject, issuer), subject, issuer) };
    for (const name of ["alfred", "policycortex"]) {
      const own = subjectOf(await loadSubject(name, "prod"));
      Object.assign(found, { [name]: sharedAnswers(staticOracle(own, issuer), own, issuer) });
    }
    const numbers = Object.values(found).map(({ shared }) => shared);
    expect(Math.min(...numbers), JSON.stringify(found)).to.be.greaterThan(20);
  }).timeout(120_000);

  it("are followed once for callers with the same rules, and each of them by itself gets this answer", () => {
    const own = subjectOf({ name: "bench", catalog: meshOf(12) });
    const { notFollowed } = sharedAnswers(staticOracle(own, issuer), own, issuer);
    // Two of three callers of each service.
    expect(notFollowed).to.be.greaterThan(12 * 30);
  });

  for (const [whom, from] of Object.entries(policies)) {
    it(`are divided by a policy that admits ${whom}, which is refuted`, async () => {
      const wrong = { ...subject, objects: [...subject.objects, policy(from)] };
      expect(sharedAnswers(staticOracle(wrong, issuer), wrong, issuer).shared).to.be.greaterThan(100);
      const proofs = await proveStatically(wrong, "services.store.ports");
      const refuted = proofs.filter(({ verdict }) => verdict === "refuted");
      expect(refuted.map(({ claim }) => claim)).to.deep.equal([
        "store:redis denies every identity without a call",
      ]);
    });
  }
});
