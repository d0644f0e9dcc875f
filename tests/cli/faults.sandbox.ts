import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { execa } from "execa";
import selfsigned from "selfsigned";
import { stringify } from "yaml";
import { localPulumi, localStack } from "../../cli/pulumi";
import { runProcesses } from "../../cli/runProcesses";
import { sandboxStatus } from "../../sandbox";
import { connectXds } from "../../prove/xds/client";
import { isAlive } from "../../sandbox/processIdentity";
import { shopConfig } from "../program/shopProject";
import { istioCharts } from "../../toolchain/pins";
import { until } from "../sandbox/until";
import { DeployedShop, during, kill, killAll } from "./deployedShop";
import { meshwright, meshwrightMain } from "./run";
import { startRun } from "./upRun";

// One sandbox for all: each fault hits what the one before has left.
describe("faults of `meshwright up`", () => {
  let shop: DeployedShop;
  before(async () => {
    shop = await DeployedShop.start();
  });
  after(() => shop.clean());

  it("a provider plugin is killed in the first release", async () => {
    const run = shop.run();
    await during(run, "Helm installs base", () => shop.hasRecord("istio-base", "pending-install"));
    kill(run, "pulumi-resource");
    const { exitCode, all } = await run.ended;
    expect(exitCode, all).to.equal(1);
  });

  it("the engine is killed seconds into istiod's release", async () => {
    const run = shop.run();
    await during(run, "Helm installs istiod", () => shop.hasRecord("istiod"));
    const plugins = run.processes().filter(({ name }) => name !== "pulumi");
    process.kill(run.processes().find(({ name }) => name === "pulumi")?.pid ?? 0, "SIGKILL");
    const { exitCode, all } = await run.ended;
    expect(exitCode, all).to.equal(1);
    expect(all).to.contain(
      "error: `pulumi up` was ended by SIGKILL.\nfix:   Run the command again: it takes what the killed run has created into the stack's state, and continues.",
    );
    expect(plugins.length).to.be.greaterThan(0);
    expect(plugins.filter(isAlive)).to.deep.equal([]);
  });

  it("every process is killed in a gateway's release", async () => {
    const run = shop.run();
    await during(run, "Helm installs a gateway", () => shop.hasRecord("istio-ingress"));
    killAll(run);
    const { all } = await run.ended;
    expect(all).to.not.contain("cannot re-use a name");
  });

  it("the program is killed between objects, and its engine finishes alone", async () => {
    const run = shop.run();
    await during(run, "the objects are created", () => shop.hasNamespace("shop"));
    const engine = run.processes().find(({ name }) => name === "pulumi")?.pid ?? 0;
    expect(engine).to.be.above(0);
    // It would end before the next run looks for it.
    process.kill(engine, "SIGSTOP");
    process.kill(run.pid, "SIGKILL");
    // The engine keeps the output of the killed program open, so its end is not awaited.
    const next = shop.run();
    try {
      await during(next, "it waits", () =>
        Promise.resolve(
          next.printed().includes(`The engine of a killed run (process ${engine}) is still at work`),
        ),
      );
    } finally {
      process.kill(engine, "SIGCONT");
    }
    const { exitCode, all } = await next.ended;
    expect(exitCode, all).to.equal(0);
  });

  it("every process is killed while it upgrades istiod, and `meshwright repair` ends the upgrade", async () => {
    const cluster = { values: { istiod: { global: { proxy: { logLevel: "info" } } } } };
    const config = { ...shopConfig, "meshwright:cluster": cluster };
    writeFileSync(join(shop.project, "Pulumi.local.yaml"), stringify({ config }));
    const run = shop.run();
    await during(run, "Helm upgrades istiod", () => shop.hasRecord("istiod", "pending-upgrade"));
    killAll(run);
    await run.ended;

    const { options, configFile, read } = await localPulumi(
      shop.h.toolchain,
      await sandboxStatus(shop.state),
      shop.project,
    );
    await read(["cancel", "--yes", "--stack", localStack]);
    const repair = (...more: string[]) =>
      meshwright(
        ["repair", "--stack", localStack, "--config-file", configFile, "--state", shop.state, ...more],
        {
          cwd: shop.project,
          env: {
            ...options.env,
            PATH: `${dirname(shop.h.toolchain.program("pulumi"))}:${options.env.PATH ?? ""}`,
          },
        },
      );
    const shown = await repair();
    const problem = "The Helm release istio-system/istiod was left pending-upgrade by a killed run.";
    expect(shown.stdout, shown.stderr).to.contain(problem).and.to.contain("Nothing was changed.");
    expect(await shop.hasRecord("istiod", "pending-upgrade")).to.equal(true);
    const repaired = await repair("--yes");
    expect(repaired.stdout, repaired.stderr).to.contain(problem);
    const [, backup = ""] = /The state before is in (\S+):/.exec(repaired.stdout) ?? [];
    expect(JSON.parse(readFileSync(join(shop.project, backup), "utf8"))).to.have.property("deployment");
    expect(await shop.hasRecord("istiod", "pending-upgrade")).to.equal(false);
    expect((await repair()).stdout).to.equal("Nothing to repair.");

    const { exitCode, all } = await shop.up();
    expect(exitCode, all).to.equal(0);
    await shop.expectSettled();
  });

  it("every process is killed while it destroys", async () => {
    const { program, options, configFile } = await localPulumi(
      shop.h.toolchain,
      await sandboxStatus(shop.state),
      shop.project,
    );
    const args = ["destroy", "--yes", "--skip-preview", "--stack", localStack, "--config-file", configFile];
    const destroy = execa(program, args, { ...options, reject: false, stdio: "ignore" });
    while (await shop.hasRecord("istiod", "deployed")) await sleep(100);
    for (const { pid } of runProcesses(shop.state)) process.kill(pid, "SIGKILL");
    await destroy;
  });

  it("two run at once: a second `up` and a `down` are refused with the process that works, and the mesh is whole", async () => {
    const first = shop.run();
    await during(first, "the engine works", () => Promise.resolve(first.processes().length > 0));
    const others = await Promise.all([shop.up(), startRun(shop.project, shop.state, "down").ended]);
    for (const { exitCode, all } of others) {
      expect(exitCode).to.equal(1);
      expect(all).to.match(
        new RegExp(
          `^error: \`meshwright up\` is at work on the sandbox ${shop.state}: process ${first.pid}, since 2\\S+Z. Nothing was changed.$`,
          "m",
        ),
      );
    }
    const { exitCode, all } = await first.ended;
    expect(exitCode, all).to.equal(0);
    const before = await shop.certificate();
    await shop.expectConverged();
    expect(await shop.certificate()).to.deep.equal(before);
  });

  it("`up` heals what other tools have deleted or changed, and `status` finds it before", async () => {
    const before = await shop.certificate();
    await shop.kubectl("delete", "secret", "shop-cert", "-n", "istio-ingress");
    await shop.kubectl("delete", "authorizationpolicy", "default-deny", "-n", "shop");
    const patch = {
      spec: {
        trafficPolicy: { tls: { mode: "DISABLE" } },
        subsets: [{ name: "v9", labels: { version: "v9" } }],
      },
    };
    await shop.kubectl(
      "patch",
      "destinationrule",
      "web",
      "-n",
      "shop",
      "--type=merge",
      "-p",
      JSON.stringify(patch),
    );
    await shop.kubectl("delete", "mutatingwebhookconfiguration", "istio-sidecar-injector");
    await shop.helm("uninstall", "istio-egress", "-n", "istio-egress");
    const judged = await shop.status();
    expect(judged.exitCode).to.equal(1);
    const culprits = judged.problems.map(({ culprit }) => culprit);
    expect(culprits).to.include.members([
      "Secret istio-ingress/shop-cert",
      "AuthorizationPolicy shop/default-deny",
      "DestinationRule shop/web",
      "Helm release istio-system/istiod",
      "Helm release istio-egress/istio-egress",
    ]);
    const { exitCode, all } = await shop.up();
    expect(exitCode, all).to.equal(0);
    for (const line of [
      "Secret istio-ingress/shop-cert was deleted by another tool. It is created again.",
      "AuthorizationPolicy shop/default-deny was deleted by another tool. It is created again.",
      "DestinationRule shop/web was changed by another tool (spec.subsets, spec.trafficPolicy.tls.mode). It is set back.",
      "The Helm release istio-system/istiod lacks MutatingWebhookConfiguration istio-sidecar-injector. These objects are created again.",
      "The Helm release istio-egress/istio-egress does not exist. It is installed again.",
    ]) {
      expect(all).to.contain(line);
    }
    expect(await shop.certificate()).to.deep.equal(before);
    const rule = await shop.kubectl("get", "destinationrule", "web", "-n", "shop", "-o", "jsonpath={.spec}");
    expect(JSON.parse(rule)).to.not.have.property("subsets");
    expect(rule).to.contain('"mode":"ISTIO_MUTUAL"');
    await shop.expectConverged();
  });

  it("`status --watch` prints that a proxy rejects what istiod sends, and has not acknowledged it, until it does", async () => {
    const { processes } = await sandboxStatus(shop.state);
    const istiod = processes.find(({ name }) => name.startsWith("istiod"));
    const clusters = "type.googleapis.com/envoy.config.cluster.v3.Cluster";
    // As much of a proxy as istiod needs: no pod runs on the sandbox.
    const proxy = connectXds(istiod?.ports.grpc ?? 0, "sidecar~10.99.0.1~web-0.shop~shop.svc.cluster.local", {
      NAMESPACE: "shop",
      LABELS: { app: "web" },
      ISTIO_VERSION: istioCharts.version,
    });
    const watch = execa(
      process.execPath,
      [meshwrightMain, "status", "--watch", "--interval", "2", "--state", shop.state],
      { cwd: shop.project, env: { NO_COLOR: "1" }, reject: false },
    );
    let text = "";
    watch.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const printed = (part: string) =>
      until(`it prints "${part}"`, () => text.split("\nMesh on ").at(-1)?.includes(part) ?? false);
    try {
      await printed("No problems found.");
      const first = proxy.next(clusters);
      proxy.send(clusters);
      const { nonce } = await first;
      await printed(
        "error Proxy shop/web-0\n  It has not acknowledged its newest CDS, so it works with an older configuration.",
      );
      proxy.send(clusters, { nonce, complaint: "cluster outbound|8080||web is wrong" });
      await printed(
        "error Proxy shop/web-0\n  It rejects its newest CDS, so it works with an older configuration: cluster outbound|8080||web is wrong",
      );
      expect((await shop.status()).exitCode).to.equal(1);
      proxy.send(clusters, { nonce });
      await printed("No problems found.");
    } finally {
      watch.kill("SIGINT");
      proxy.close();
      await watch;
    }
    expect(await shop.status()).to.deep.equal({ exitCode: 0, problems: [] });
  });

  it("`status` names what is wrong with releases, Secrets, proxies, pods and Services, each with its fix", async () => {
    const apply = (object: object) =>
      shop.h.kubectl(shop.state, ["apply", "-f", "-"], JSON.stringify(object));
    const patch = (kind: string, name: string, namespace: string, body: object) =>
      shop.kubectl("patch", kind, name, "-n", namespace, "--type=merge", "-p", JSON.stringify(body));
    const pod = (name: string, namespace: string) =>
      apply({
        ...{ apiVersion: "v1", kind: "Pod", metadata: { name, namespace, labels: { app: name } } },
        spec: { containers: [{ name: "app", image: "app:1" }] },
      });
    await shop.kubectl(
      ...[
        "label",
        "secret",
        "-n",
        "istio-egress",
        "-l",
        "owner=helm",
        "status=pending-upgrade",
        "--overwrite",
      ],
    );
    const notAfterDate = new Date(Date.now() + 5 * 24 * 3600 * 1000);
    const { cert } = await selfsigned.generate([{ name: "commonName", value: "shop" }], { notAfterDate });
    await patch("secret", "shop-cert", "istio-ingress", {
      data: { "tls.crt": Buffer.from(cert).toString("base64") },
    });
    await apply({
      apiVersion: "networking.istio.io/v1alpha3",
      kind: "EnvoyFilter",
      metadata: {
        ...{ name: "limits", namespace: "shop" },
        labels: { "app.kubernetes.io/managed-by": "meshwright" },
      },
      spec: {
        configPatches: [
          {
            applyTo: "CLUSTER",
            match: { proxy: { proxyVersion: "^1\\.0\\." } },
            patch: { operation: "MERGE", value: { connect_timeout: "5s" } },
          },
        ],
      },
    });
    await shop.kubectl("create", "namespace", "late");
    await pod("early", "late");
    await shop.kubectl("label", "namespace", "late", "istio-injection=enabled");
    await pod("stray", "shop");
    await shop.kubectl("create", "serviceaccount", "other", "-n", "shop");
    await patch("deployment", "web", "shop", {
      spec: { template: { spec: { serviceAccountName: "other" } } },
    });
    await patch("service", "web", "shop", { spec: { ports: [{ name: "tcp-main", port: 8080 }] } });
    await shop.kubectl("rollout", "status", "deployment/web", "-n", "shop", "--timeout=60s");
    await shop.kubectl("wait", "pod/early", "-n", "late", "--for=condition=Ready", "--timeout=60s");

    const { exitCode, problems } = await shop.status();
    expect(exitCode).to.equal(1);
    const lines = problems.map(({ culprit, problem }) => `${culprit}: ${problem}`).join("\n");
    for (const wanted of [
      "Helm release istio-egress/istio-egress: It is pending-upgrade",
      "Secret istio-ingress/shop-cert: Its certificate expires on ",
      "Secret istio-ingress/shop-cert: Another tool has written to it since it was deployed.",
      "EnvoyFilter shop/limits: It does not apply to ",
      "Pod late/early: It has no proxy, although ",
      "Pod shop/stray: No service of the catalog selects it",
      'Pods of "web" run under the service account "other", but the catalog declares "web"',
      "Service shop/web: Istio reads its port 8080 as tcp, but the catalog declares http",
      "Service shop/web: It differs from what should be there: spec.ports",
      "Deployment shop/web: It differs from what should be there: spec.template.spec.serviceAccountName",
    ]) {
      expect(lines).to.contain(wanted);
    }
    expect(problems.filter(({ fix }) => fix.trim() === "")).to.deep.equal([]);
  });
});
