import { expect } from "chai";
import fc from "fast-check";
import { meshOf } from "../../bench/meshOf";
import { subjectOf } from "../../cli/proof/subject";
import { loadSubject } from "../../cli/subject";
import type { Manifest } from "../../mesh";
import { staticOracle } from "../../prove/static";
import { createTokenIssuer } from "../../prove/tokens";
import { sharedAnswers } from "./sharedAnswers";

const issuer = createTokenIssuer();
const services = ["service-1", "service-2", "service-3", "service-4"];
const principal = (name: string): string => `cluster.local/ns/bench/sa/${name}`;
const some = <T>(...all: T[]): fc.Arbitrary<T[]> =>
  fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 2 });
const principals = some(...services.map(principal), "*/sa/service-1", "cluster.local/ns/bench/*", "*");
const namespaces = some("bench", "prove-*", "istio-system");
const source = fc.oneof(
  fc.record({ principals }),
  fc.record({ notPrincipals: principals }),
  fc.record({ namespaces }),
  fc.record({ principals, notNamespaces: namespaces }),
);
const operation = fc.record(
  { methods: some("GET", "POST"), paths: some("/api/inside", "/api/*", "*"), ports: some("8080") },
  { requiredKeys: [] },
);
const policies: fc.Arbitrary<Manifest[]> = fc
  .array(
    fc.record({
      app: fc.constantFrom(undefined, ...services),
      action: fc.constantFrom("ALLOW", "DENY"),
      from: fc.array(source, { maxLength: 2 }),
      to: fc.array(operation, { maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((all) =>
    all.map(({ app, action, from, to }, index): Manifest => ({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: `random-${index}`, namespace: "bench" },
      spec: {
        ...(app !== undefined && { selector: { matchLabels: { app } } }),
        action,
        rules: [
          {
            ...(from.length > 0 && { from: from.map((one) => ({ source: one })) }),
            ...(to.length > 0 && { to: to.map((one) => ({ operation: one })) }),
          },
        ],
      },
    })),
  );

/** Routes that distinguish the clients of one service by their labels or their namespace. */
const routes = fc.option(
  fc
    .record({
      host: fc.constantFrom(...services),
      match: fc.constantFrom(
        { sourceLabels: { app: "service-1" } },
        { sourceNamespace: "prove-stranger" },
        { uri: { prefix: "/api/" } },
        { method: { exact: "POST" } },
      ),
    })
    .map(({ host, match }): Manifest => ({
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: host, namespace: "bench" },
      spec: {
        hosts: [`${host}.bench.svc.cluster.local`],
        http: [{ match: [match], directResponse: { status: 404 } }, { redirect: { uri: "/other" } }],
      },
    })),
  { nil: undefined },
);

describe("questions with the same answer", () => {
  for (const name of ["alfred", "autolytiq", "aikernel", "voicecore", "policycortex"]) {
    it(`get it by themselves too: those about ${name}`, async () => {
      const own = subjectOf(await loadSubject(name, "prod"));
      expect(sharedAnswers(staticOracle(own, issuer), own, issuer).shared).to.be.greaterThan(20);
    });
  }

  it("get it by themselves too, whatever policies and routes distinguish", () => {
    const own = subjectOf({ name: "bench", catalog: meshOf(6) });
    let [shared, notFollowed] = [0, 0];
    fc.assert(
      fc.property(policies, routes, (added, route) => {
        const kept = own.objects.filter(
          ({ kind, metadata }) => kind !== route?.kind || metadata.name !== route.metadata.name,
        );
        const changed = { ...own, objects: [...kept, ...added, ...(route ? [route] : [])] };
        const found = sharedAnswers(staticOracle(changed, issuer), changed, issuer);
        shared += found.shared;
        notFollowed += found.notFollowed;
      }),
      { numRuns: 150 },
    );
    expect(shared).to.be.greaterThan(1_000);
    expect(notFollowed).to.be.greaterThan(5_000);
  });
});
