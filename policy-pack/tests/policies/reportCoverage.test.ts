import { expect } from "chai";
import { forgetExemptions } from "../../exemptions";
import { forbidWeakerMtls } from "../../policies/forbidWeakerMtls";
import { messages, reportCoverage } from "../../policies/reportCoverage";
import { type Resource, unknown, validateResource, validateStack } from "../engine";
import { annotatedPod, deployment, istiod, namespace, peerAuthentication } from "../resources";

const judge = (...stack: Resource[]) => validateStack(reportCoverage, stack);
const report = (...lines: string[]) => ({ violations: [lines.join("\n")] });
const STRICT = { mtls: { mode: "STRICT" } };
const forCatalog = (spec: object) =>
  peerAuthentication({ selector: { matchLabels: { app: "catalog" } }, ...spec }, "shop");
const covered = report(messages.count(1, 1, 0));
const open = report(messages.count(0, 1, 0), messages.notStrict("Deployment shop/catalog"));

describe("report-coverage", () => {
  beforeEach(forgetExemptions);
  after(forgetExemptions);

  it("is a report, not a violation", () => {
    expect(reportCoverage.enforcementLevel).to.equal("advisory");
  });

  it("counts workloads by the PeerAuthentication that applies to them", async () => {
    const permissive = peerAuthentication({ mtls: { mode: "PERMISSIVE" } });
    expect(await judge(deployment(), peerAuthentication())).to.deep.equal(covered);
    expect(await judge(deployment(), permissive, peerAuthentication(STRICT, "shop"))).to.deep.equal(covered);
    expect(await judge(deployment(), permissive, forCatalog(STRICT))).to.deep.equal(covered);
    const unset = peerAuthentication({ mtls: { mode: "UNSET" } }, "shop");
    expect(await judge(deployment(), peerAuthentication(), unset)).to.deep.equal(covered);
    expect(await judge(deployment())).to.deep.equal(open);
    expect(await judge(deployment(), permissive)).to.deep.equal(open);
    expect(await judge(deployment(), peerAuthentication(STRICT, "bank"))).to.deep.equal(open);
    expect(
      await judge(deployment(), peerAuthentication(), forCatalog({ mtls: { mode: "DISABLE" } })),
    ).to.deep.equal(open);
    const another = peerAuthentication(
      { selector: { matchLabels: { app: "cart" } }, mtls: { mode: "DISABLE" } },
      "shop",
    );
    expect(await judge(deployment(), peerAuthentication(), another)).to.deep.equal(covered);
  });

  it("does not count a workload with a weaker port as STRICT", async () => {
    const port = (mode: string) => forCatalog({ ...STRICT, portLevelMtls: { 8080: { mode } } });
    expect(await judge(deployment(), port("STRICT"))).to.deep.equal(covered);
    expect(await judge(deployment(), port("PERMISSIVE"))).to.deep.equal(open);
  });

  it("does not count a workload without a sidecar as STRICT, and ignores workloads outside the mesh", async () => {
    const optedOut = annotatedPod({ "sidecar.istio.io/inject": "false" });
    expect(await judge(optedOut, peerAuthentication())).to.deep.equal(open);
    expect(await judge(deployment({ spec: { hostNetwork: true } }), peerAuthentication())).to.deep.equal(
      open,
    );
    for (const annotations of [
      { "inject.istio.io/templates": "gateway" },
      { "proxy.istio.io/config": "interceptionMode: NONE" },
      { "traffic.sidecar.istio.io/includeInboundPorts": "" },
    ]) {
      expect(await judge(annotatedPod(annotations), peerAuthentication())).to.deep.equal(open);
    }
    const labels = { app: "catalog", "istio.io/dataplane-mode": "none" };
    expect(await judge(deployment({ metadata: { labels } }), peerAuthentication())).to.deep.equal(open);
    expect(await judge(namespace(), deployment(), peerAuthentication())).to.deep.equal(covered);
    const outside = namespace({ "istio-injection": "disabled" });
    expect(await judge(outside, deployment(), peerAuthentication())).to.deep.equal(
      report(messages.count(0, 0, 0)),
    );
  });

  it("finds the mesh's PeerAuthentication in istiod's root namespace", async () => {
    const moved = istiod({ meshConfig: { rootNamespace: "mesh-root" } });
    expect(await judge(deployment(), moved, peerAuthentication(STRICT, "mesh-root"))).to.deep.equal(covered);
    expect(await judge(deployment(), moved, peerAuthentication())).to.deep.equal(open);
  });

  it("lists the applied exemptions, with their end and reason", async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const exemption = { namespace: "shop", name: "default", until, reason: "INC-7, decided by the CISO" };
    const weak = peerAuthentication({ mtls: { mode: "PERMISSIVE" } }, "shop");
    const outcome = await validateResource(forbidWeakerMtls, weak, { exemptions: [exemption] });
    expect(outcome).to.deep.equal({ violations: [] });
    expect(await judge(deployment(), weak)).to.deep.equal(
      report(
        "0 of 1 workloads STRICT, 1 exemption.",
        "Not STRICT: Deployment shop/catalog.",
        `Exempt from forbid-weaker-mtls until ${until} (INC-7, decided by the CISO): PeerAuthentication shop/default: ` +
          "spec.mtls.mode is PERMISSIVE, which also accepts plaintext. Set it to STRICT.",
      ),
    );
    expect((await judge(weak)).violations[0]).to.match(/^0 of 0 workloads STRICT, 1 exemption\.\n/);
  });

  it("lists the exemptions that are not needed in the stack's namespaces", async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const of = (namespace: string) => ({
      namespace,
      name: "default",
      until,
      reason: "INC-7, decided by the CISO",
    });
    const exemptions = [of("shop"), of("bank")];
    await validateResource(forbidWeakerMtls, peerAuthentication(STRICT, "shop"), { exemptions });
    expect(await judge(deployment(), peerAuthentication())).to.deep.equal(
      report(
        "1 of 1 workloads STRICT, 0 exemptions.",
        `Not needed: the exemption of shop/default from forbid-weaker-mtls until ${until} (INC-7, decided by the CISO). Remove it.`,
      ),
    );
    const unused = messages.unused("forbid-weaker-mtls", of("shop"));
    expect(await judge(namespace())).to.deep.equal(report(messages.count(0, 0, 0), unused));
  });

  it("does not apply without workloads and exemptions", async () => {
    expect(await judge(peerAuthentication())).to.deep.equal({
      violations: [],
      notApplicable: "The stack has no workload, and no exemption was applied",
    });
  });

  it("does not count unknown values as STRICT", async () => {
    expect(await judge(deployment(), peerAuthentication({ mtls: { mode: unknown } }))).to.deep.equal(open);
    const annotated = annotatedPod({ "inject.istio.io/templates": unknown });
    expect(await judge(annotated, peerAuthentication())).to.deep.equal(open);
  });
});
