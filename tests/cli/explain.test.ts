import { expect } from "chai";
import { meshwright } from "./run";

describe("cli/explain", function () {
  this.timeout(60_000); // each run is a process that compiles what it needs

  it("shows an object and the edges of the catalog that it comes from", async () => {
    const { stdout, exitCode } = await meshwright([
      "explain",
      "alfred",
      "AuthorizationPolicy/database",
      "--json",
    ]);
    expect(exitCode).to.equal(0);
    const { object, from } = JSON.parse(stdout) as { object: { kind: string }; from: { path: string }[] };
    expect(object.kind).to.equal("AuthorizationPolicy");
    expect(from.map(({ path }) => path)).to.include.members([
      "services.agent-core.calls.database",
      "services.agent-financial.calls.database",
      "services.agent-legal.calls.database",
    ]);
  });

  it("finds it by kind in any case and with its namespace, and shows what stands in the catalog", async () => {
    const { stdout } = await meshwright([
      "explain",
      "alfred",
      "authorizationpolicy/alfred-platform/agent-core",
    ]);
    expect(stdout).to.match(/^apiVersion: security\.istio\.io\/v1\nkind: AuthorizationPolicy\n/);
    expect(stdout).to.match(/\ncomes from\n/);
    expect(stdout).to.match(
      /\nservices\.ui-service\.calls\.agent-core\n {2}methods:\n {4}- GET\n {4}- POST\n/,
    );
  });

  it("names those that there are if it finds none", async () => {
    const none = await meshwright(["explain", "alfred", "Gateway/edge"]);
    expect(none.stderr).to.equal(
      'error: No object of alfred is "Gateway/edge".\ncure:  Name one of: Gateway/alfred-platform/alfred-platform-gateway',
    );
    expect(none.exitCode).to.equal(1);
    const kind = await meshwright(["explain", "alfred", "Gatway/edge"]);
    expect(kind.stderr).to.contain("cure:  Name one of the kinds: AuthorizationPolicy, Deployment, ");
    const many = await meshwright(["explain", "alfred", "PeerAuthentication/default"]);
    expect(many.stderr).to.contain('More than one object of alfred is "PeerAuthentication/default".');
    expect(many.stderr).to.contain(
      "Name one of: PeerAuthentication/alfred-platform/default, PeerAuthentication/istio-system/default",
    );
  });
});
