import { expect } from "chai";
import { forgetExemptions } from "../exemptions";
import { forbidWeakerMtls } from "../policies/forbidWeakerMtls";
import { reportCoverage } from "../policies/reportCoverage";
import { messages as noDefaultDeny, requireDefaultDeny } from "../policies/requireDefaultDeny";
import { messages as noStrict, requireMeshWideStrict } from "../policies/requireMeshWideStrict";
import { type Resource, unknown, validateResource, validateStack } from "./engine";
import { defaultDeny, deployment, istiod, namespace, peerAuthentication } from "./resources";

/** The resource on the cluster that the provider of this name means. */
const on = (
  name: string,
  resource: Resource,
  props: Record<string, unknown> = { context: name },
): Resource => ({
  ...resource,
  provider: { name, props },
});
const east = (resource: Resource) => on("east", resource);
const west = (resource: Resource) => on("west", resource);
const NO_STRICT = noStrict.mesh("istio-system");

describe("a stack with several clusters", () => {
  beforeEach(forgetExemptions);
  after(forgetExemptions);

  it("has to be STRICT on each of them", async () => {
    const judge = (...resources: Resource[]) => validateStack(requireMeshWideStrict, resources);
    const strict = peerAuthentication();
    expect(await judge(east(istiod()), west(istiod()), east(strict), west(strict))).to.deep.equal({
      violations: [],
    });
    expect(await judge(east(istiod()), west(istiod()), east(strict))).to.deep.equal({
      violations: [`Cluster of the provider west: ${NO_STRICT}`],
    });
    expect(await judge(east(istiod()), west(istiod()))).to.deep.equal({
      violations: [
        `Cluster of the provider east: ${NO_STRICT}`,
        `Cluster of the provider west: ${NO_STRICT}`,
      ],
    });
  });

  it("is judged on those only that a policy concerns", async () => {
    expect(
      await validateStack(requireMeshWideStrict, [
        east(istiod()),
        east(peerAuthentication()),
        west(namespace({})),
      ]),
    ).to.deep.equal({ violations: [] });
    const nothing = "The stack has no istiod release and no namespace whose pods get a sidecar";
    expect(
      await validateStack(requireMeshWideStrict, [east(namespace({})), west(namespace({}))]),
    ).to.deep.equal({ violations: [], notApplicable: `${nothing}; ${nothing}` });
  });

  it("denies by default in each namespace of each cluster", async () => {
    expect(
      await validateStack(requireDefaultDeny, [east(namespace()), west(namespace()), east(defaultDeny())]),
    ).to.deep.equal({
      violations: [`Cluster of the provider west: ${noDefaultDeny.namespace("shop")}`],
    });
  });

  it("may reach one cluster by two providers, which then is judged as one", async () => {
    const resources = [on("one", istiod(), {}), on("two", peerAuthentication(), { version: "4.25.0" })];
    expect(await validateStack(requireMeshWideStrict, resources)).to.deep.equal({ violations: [] });
  });

  it("is judged on a known cluster although another leaves the verdict open: unknown values", async () => {
    const open = peerAuthentication({ mtls: { mode: unknown } });
    expect(
      await validateStack(requireMeshWideStrict, [east(istiod()), east(open), west(istiod())]),
    ).to.deep.equal({
      violations: [`Cluster of the provider west: ${NO_STRICT}`],
      undecided:
        "PeerAuthentication istio-system/default: string value at .spec.mtls.mode can't be known during preview",
    });
  });

  it("reports coverage and exemptions for each cluster", async () => {
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const exemptions = [{ namespace: "shop", name: "default", until, reason: "INC-7, decided by the CISO" }];
    const weak = peerAuthentication({ mtls: { mode: "PERMISSIVE" } }, "shop");
    await validateResource(forbidWeakerMtls, east(weak), { exemptions });
    const stack = [east(deployment()), east(weak), west(deployment()), west(peerAuthentication())];
    const { violations } = await validateStack(reportCoverage, stack);
    expect(violations.map((message) => message.split("\n")[0])).to.deep.equal([
      "Cluster of the provider east: 0 of 1 workloads STRICT, 1 exemption.",
      "Cluster of the provider west: 1 of 1 workloads STRICT, 0 exemptions.",
    ]);
  });

  it("never prints a kubeconfig", async () => {
    const secret = "token: hunter2";
    const { violations } = await validateStack(requireMeshWideStrict, [
      on("east", istiod(), { kubeconfig: secret }),
      on("west", istiod(), { kubeconfig: `${secret} ` }),
    ]);
    expect(violations).to.have.length(2);
    expect(violations.join()).not.to.include("hunter2");
  });
});
