import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execa } from "execa";
import { files } from "../../sandbox/state";
import { DeployedShop } from "./deployedShop";

// Not part of `make test`: it takes minutes. One sandbox for all. Each fault is something that another tool has done.
describe("what other tools do to a deployed stack", function () {
  this.timeout(0);
  let shop: DeployedShop;
  let certificate: unknown;
  before(async () => {
    shop = await DeployedShop.start();
    const { exitCode, all } = await shop.up();
    expect(exitCode, all).to.equal(0);
    certificate = await shop.certificate();
  });
  after(() => shop.clean());

  /** Starts helm, and kills it as soon as the release has that status. */
  const killHelm = async (release: string, status: string, ...args: string[]): Promise<void> => {
    const helm = execa(shop.h.toolchain.program("helm"), [...args, "--wait"], {
      env: { KUBECONFIG: files.kubeconfig(shop.state) },
      reject: false,
      all: true,
    });
    let over: string | undefined;
    void helm.then(({ all }) => (over = all));
    while (!(await shop.hasRecord(release, status))) {
      if (over !== undefined) throw new Error(`helm ended before it was killed: ${over}`);
      await sleep(20);
    }
    helm.kill("SIGKILL");
    await helm;
  };
  /** `status` names each of these. One run says what it does about them, and sets them back. A further one finds nothing to do. */
  const expectHealed = async (culprits: readonly string[], lines: readonly string[]): Promise<void> => {
    const judged = await shop.status();
    expect(judged.exitCode).to.equal(1);
    expect(judged.problems.map(({ culprit }) => culprit)).to.include.members([...culprits]);
    for (const { fix } of judged.problems) expect(fix).to.not.equal("");
    const { exitCode, all } = await shop.up();
    expect(exitCode, all).to.equal(0);
    for (const line of lines) expect(all).to.contain(line);
    await shop.expectConverged();
    expect(await shop.certificate()).to.deep.equal(certificate);
  };

  it("releases that helm has upgraded, and left pending-upgrade and pending-rollback, are set back", async () => {
    const chart = shop.chart("gateway");
    const upgrade = (name: string, ...set: string[]) => [
      "upgrade",
      name,
      chart,
      "-n",
      name,
      "--reuse-values",
      ...set,
    ];
    await shop.helm(...upgrade("istio-egress", "--set", "replicaCount=2"));
    await shop.helm(...upgrade("istio-ingress", "--set", "replicaCount=3"));
    await killHelm(
      "istio-ingress",
      "pending-upgrade",
      ...upgrade("istio-ingress", "--set", "replicaCount=4"),
    );
    // As if it was killed between its two last writes: no record is the deployed one.
    const secret = "secret/sh.helm.release.v1.istio-ingress.v2";
    await shop.kubectl("label", "-n", "istio-ingress", secret, "status=superseded", "--overwrite");
    await killHelm("istiod", "pending-rollback", "rollback", "istiod", "1", "-n", "istio-system");
    await expectHealed(
      [
        "Helm release istio-egress/istio-egress",
        "Helm release istio-ingress/istio-ingress",
        "Helm release istio-system/istiod",
      ],
      [
        "The Helm release istio-system/istiod was left pending-rollback by a killed run.",
        "The Helm release istio-ingress/istio-ingress was left pending-upgrade by a killed run.",
        "The Helm release istio-egress/istio-egress is deployed in revision 2, but the stack deployed revision 1. It is set back.",
      ],
    );
    const replicas = await shop.kubectl(
      "get",
      "deployment",
      "-A",
      "-l",
      "istio",
      "-o",
      "jsonpath={.items[*].spec.replicas}",
    );
    expect(
      replicas.split(" ").every((one) => one === "1"),
      replicas,
    ).to.equal(true);
  });

  it("a release that helm has removed and left pending-install, and one that it failed to upgrade, are set back", async () => {
    const chart = shop.chart("gateway");
    await shop.helm("uninstall", "istio-egress", "-n", "istio-egress");
    await killHelm("istio-egress", "pending-install", "install", "istio-egress", chart, "-n", "istio-egress");
    await shop
      .helm(
        "upgrade",
        "istio-ingress",
        chart,
        "-n",
        "istio-ingress",
        "--reuse-values",
        "--set",
        "service.type=Nonsense",
      )
      .then(
        () => {
          throw new Error("The upgrade has succeeded.");
        },
        () => undefined,
      );
    await expectHealed(
      ["Helm release istio-egress/istio-egress", "Helm release istio-ingress/istio-ingress"],
      [
        "The Helm release istio-egress/istio-egress was left pending-install by a killed run.",
        "The Helm release istio-ingress/istio-ingress is failed in revision",
      ],
    );
  });

  it("a Secret, a policy, a subset, a Service and a Deployment that are changed by hand, and a webhook that is deleted, are set back", async () => {
    const patch = (kind: string, name: string, namespace: string, body: object) =>
      shop.kubectl("patch", kind, name, "-n", namespace, "--type=merge", "-p", JSON.stringify(body));
    await patch("secret", "shop-cert", "istio-ingress", {
      data: { "tls.key": Buffer.from("x").toString("base64") },
    });
    await patch("authorizationpolicy", "web", "shop", { spec: { rules: [{}] } });
    await patch("destinationrule", "web", "shop", {
      spec: { subsets: [{ name: "v9", labels: { version: "v9" } }] },
    });
    await patch("service", "web", "shop", { spec: { selector: { app: "other" } } });
    await patch("deployment", "web", "shop", { spec: { replicas: 3 } });
    await shop.kubectl("delete", "validatingwebhookconfiguration", "istio-validator-istio-system");
    await expectHealed(
      [
        "Secret istio-ingress/shop-cert",
        "AuthorizationPolicy shop/web",
        "DestinationRule shop/web",
        "Service shop/web",
        "Deployment shop/web",
        "Helm release istio-system/istiod",
      ],
      [
        "Secret istio-ingress/shop-cert was changed by another tool. It is set back.",
        "AuthorizationPolicy shop/web was changed by another tool (spec.rules). It is set back.",
        "DestinationRule shop/web was changed by another tool (spec.subsets). It is set back.",
        "lacks ValidatingWebhookConfiguration istio-validator-istio-system. These objects are created again.",
      ],
    );
  });
});
