import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { inProcess } from "./inProcess";

describe("cli/explain", function () {
  this.timeout(60_000); // the first run compiles what it needs

  it("shows an object and the edges of the catalog that it comes from", async () => {
    const { stdout, exitCode } = await inProcess([
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
    const { stdout } = await inProcess([
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

  it("finds whatever else render writes of a platform, and says which catalog or component it comes from", async () => {
    const ofProd = (object: string) => inProcess(["explain", "alfred", object, "--stack", "prod"]);
    const rules = await ofProd("PrometheusRule/alfred-slo");
    expect(rules.stdout, rules.stderr).to.match(
      /^apiVersion: monitoring\.coreos\.com\/v1\nkind: PrometheusRule\n/,
    );
    expect(rules.stdout).to.match(
      /\ncomes from\nthe catalog, by the component Observability\nalerts\n.+\ncertificates\n/s,
    );

    const addOn = await ofProd("AuthorizationPolicy/monitoring/grafana");
    expect(addOn.stdout).to.match(
      /\ncomes from\nthe add-ons' own catalog, by the component Observability\nservices\.kiali\.calls\.grafana\n {2}methods:\n {4}- GET$/,
    );

    const home = await ofProd("Namespace/istio-ingress");
    expect(home.stdout).to.match(
      /\n {4}istio-injection: enabled\n\ncomes from\nthe arguments of the component IstioControlPlane, no place/,
    );

    const claim = await ofProd("PersistentVolumeClaim/jaeger-spans");
    expect(claim.stdout).to.match(
      /\ncomes from\nthe arguments of the component Observability, no place in the catalog$/,
    );
  });

  it("finds the tags of a stack's revision", async () => {
    const cwd = mkdtempSync(join(tmpdir(), "explain-"));
    try {
      const config = { "meshwright:platform": "alfred", "meshwright:revision": "1-31-0" };
      const main = join(__dirname, "..", "..", "stacks", "index.ts");
      writeFileSync(join(cwd, "Pulumi.yaml"), JSON.stringify({ name: "mesh", runtime: "nodejs", main }));
      writeFileSync(join(cwd, "Pulumi.tagged.yaml"), JSON.stringify({ config }));
      const { stdout, stderr } = await inProcess(
        [
          ...["explain", "alfred", "MutatingWebhookConfiguration/istio-revision-tag-default"],
          ...["--stack", "tagged", "--json"],
        ],
        { cwd },
      );
      expect(stderr).to.equal("");
      expect(JSON.parse(stdout)).to.deep.include({ component: "IstioControlPlane", from: [] });
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });

  it("names those that there are if it finds none", async () => {
    const none = await inProcess(["explain", "alfred", "Gateway/edge"]);
    expect(none.stderr).to.equal(
      'error: No object of alfred is "Gateway/edge".\nfix:   Name one of: Gateway/alfred-platform/alfred-platform-gateway',
    );
    expect(none.exitCode).to.equal(1);
    const kind = await inProcess(["explain", "alfred", "Gatway/edge"]);
    expect(kind.stderr).to.contain(
      "fix:   Name one of the kinds: AuthorizationPolicy, ConfigMap, Deployment, DestinationRule, ",
    );
    const many = await inProcess(["explain", "alfred", "PeerAuthentication/default"]);
    expect(many.stderr).to.contain('More than one object of alfred is "PeerAuthentication/default".');
    expect(many.stderr).to.contain(
      "Name one of: PeerAuthentication/alfred-platform/default, PeerAuthentication/istio-system/default, PeerAuthentication/monitoring/default",
    );
  });

  it("explains a request, with the output that the guide shows", async () => {
    const guide = readFileSync(join(__dirname, "..", "..", "docs", "guide", "operation.md"), "utf8");
    const [, shown] = /\$ npx meshwright (explain [^\n]*DELETE[^`]*?)\n\n?(?=```)/.exec(guide) ?? [];
    expect(shown).to.be.a("string");
    const [line = "", ...output] = (shown ?? "").split("\n");
    const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    const { stdout, exitCode } = await inProcess(words);
    expect(stdout.trimEnd()).to.equal(output.join("\n").trimEnd());
    expect(exitCode).to.equal(1);
  });

  it("explains a request from outside as JSON", async () => {
    const { stdout } = await inProcess([
      "explain",
      "alfred",
      "https://api.alfred-platform.example.com/",
      "--stack",
      "prod",
      "--json",
    ]);
    const { question, proxy, verdict } = JSON.parse(stdout) as {
      question: object;
      proxy: string;
      verdict: string;
    };
    expect(question).to.deep.include({ server: "api.alfred-platform.example.com", method: "GET", path: "/" });
    expect([proxy, verdict]).to.deep.equal(["istio-ingress/istio-ingress-alfred", "unrouted"]);
  });
});
