import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { sandboxStatus, type SandboxStatus, startSandbox } from "../../sandbox";
import { type Harness, harness } from "./harness";
import { until } from "./until";

describe("sandbox with Istio's charts", () => {
  let h: Harness;
  let state: string;
  let status: SandboxStatus;

  const kubectl = (...args: string[]): Promise<string> => h.kubectl(state, args);
  const helm = async (...args: string[]): Promise<void> => {
    const env = { KUBECONFIG: status.kubeconfig, HELM_CACHE_HOME: join(state, "helm") };
    await execa(h.toolchain.program("helm"), args, { env });
  };
  const install = (name: string, chart: string, namespace: string, ...values: string[]): Promise<void> =>
    helm(
      ...["install", name, chart, "--repo", status.chartRepository ?? "", "--namespace", namespace],
      ...["--create-namespace", "--wait", "--timeout", "120s"],
      ...values.flatMap((value) => ["--set", value]),
    );
  type Which = "istiod" | "canary";
  const validation = (which: Which = "istiod"): string =>
    `base.validationURL=${status[which]?.validationURL ?? ""}`;
  const injection = (which: Which = "istiod"): string =>
    `istiodRemote.injectionURL=${status[which]?.injectionURL ?? ""}`;
  const port = (which: Which): number => Number(new URL(status[which]?.validationURL ?? "").port);
  const istiod = async (name = "istiod") =>
    (await sandboxStatus(state)).processes.find((one) => one.name === name);
  const readyIstiodPods = async (): Promise<string> =>
    kubectl(
      ...["get", "pods", "--namespace=istio-system", "--selector=app=istiod", "--output"],
      "jsonpath={.items[*].status.conditions[?(@.type=='Ready')].status}",
    );

  before(async () => {
    h = await harness();
    state = h.folder();
    status = await startSandbox(h.options(state));
    await install("base", "base", "istio-system", validation());
    await install("istiod", "istiod", "istio-system", validation(), injection());
  });
  after(() => h.clean());

  it("runs istiod as the container of its pod, under the pod's service account", async () => {
    expect(await istiod()).to.include({ status: "running", restarts: 0 });
    const kubeconfig = join(state, "credentials", "istiod-default.kubeconfig");
    const who = await execa(h.toolchain.program("kubectl"), [
      ...["--kubeconfig", kubeconfig, "auth", "whoami", "--output=jsonpath={.status.userInfo.username}"],
    ]);
    expect(who.stdout).to.equal("system:serviceaccount:istio-system:istiod");
  });

  it("refuses what istiod refuses", async () => {
    const policies = [
      ...["get", "validatingwebhookconfigurations", "--output"],
      "jsonpath={.items[*].webhooks[*].failurePolicy}",
    ];
    await until("webhooks fail closed", async () => (await kubectl(...policies)) === "Fail Fail");
    const route = { destination: { host: "web" }, weight: -3 };
    const bad = {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "bad", namespace: "default" },
      spec: { hosts: ["web"], http: [{ route: [route] }] },
    };
    const refused = await h.kubectl(state, ["apply", "-f", "-"], JSON.stringify(bad)).then(
      () => "accepted",
      (reason: unknown) => String(reason),
    );
    expect(refused).to.contain(
      'admission webhook "validation.istio.io" denied the request: configuration is invalid: weight -3 < 0',
    );
    const good = { ...bad, spec: { hosts: ["web"], http: [{ route: [{ ...route, weight: 100 }] }] } };
    expect(await h.kubectl(state, ["apply", "-f", "-"], JSON.stringify(good))).to.contain("created");
  });

  it("injects sidecars into labelled namespaces only, and gives load balancers an address", async () => {
    await kubectl("create", "namespace", "plain");
    await kubectl("create", "namespace", "injected");
    await kubectl("label", "namespace", "injected", "istio-injection=enabled");
    for (const namespace of ["plain", "injected"]) {
      await kubectl("create", "deployment", "web", "--image=web", `--namespace=${namespace}`);
      await kubectl("rollout", "status", "deployment/web", `--namespace=${namespace}`, "--timeout=90s");
    }
    const containers = (namespace: string): Promise<string> =>
      kubectl(
        ...["get", "pods", `--namespace=${namespace}`, "--selector=app=web", "--output"],
        "jsonpath={.items[*].spec.containers[*].name}",
      );
    expect(await containers("plain")).to.equal("web");
    expect((await containers("injected")).split(" ").sort()).to.deep.equal(["istio-proxy", "web"]);

    await install("gateway", "gateway", "injected");
    expect(
      await kubectl(
        ...["get", "service", "gateway", "--namespace=injected", "--output"],
        "jsonpath={.status.loadBalancer.ingress[0].ip}",
      ),
    ).to.match(/^192\.0\.2\.\d+$/);
  });

  it("takes readiness from istiod's pod while its process is gone, and gives it back", async () => {
    const { pid } = (await istiod()) ?? {};
    const seen = new Set<string>();
    process.kill(pid ?? 0, "SIGKILL");
    await until("readiness lost and found", async () => {
      seen.add(await readyIstiodPods());
      const now = await istiod();
      return seen.has("False") && now?.status === "running" && (await readyIstiodPods()) === "True";
    });
    expect(await istiod()).to.include({ restarts: 1 });
  });

  it("takes readiness from istiod's pod while its process does not answer, and gives it back", async () => {
    const { pid = 0 } = (await istiod()) ?? {};
    process.kill(pid, "SIGSTOP");
    try {
      await until("unresponsive", async () => (await istiod())?.status === "unresponsive");
      await until("no readiness", async () => (await readyIstiodPods()) === "False");
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await until("readiness again", async () => (await readyIstiodPods()) === "True");
    expect(await istiod()).to.include({ pid, status: "running", restarts: 1 });
  });

  const revisionOf = async (namespace: string): Promise<string> =>
    kubectl(
      ...["get", "pods", `--namespace=${namespace}`, "--selector=app=web", "--output"],
      "jsonpath={.items[*].metadata.annotations.istio\\.io/rev}",
    );
  const restartWeb = async (namespace: string): Promise<void> => {
    await kubectl("rollout", "restart", "deployment/web", `--namespace=${namespace}`);
    await kubectl("rollout", "status", "deployment/web", `--namespace=${namespace}`, "--timeout=90s");
    await until("one pod", async () => !(await revisionOf(namespace)).includes(" "));
  };

  it("runs a second revision beside the first, each injecting its own namespaces", async () => {
    await install(
      ...[
        "istiod-canary",
        "istiod",
        "istio-system",
        validation("canary"),
        injection("canary"),
        "revision=canary",
      ],
    );
    expect((await istiod())?.ports.webhooks).to.equal(port("istiod"));
    expect((await istiod("istiod-canary"))?.ports.webhooks).to.equal(port("canary"));

    await kubectl("create", "namespace", "moving");
    await kubectl("label", "namespace", "moving", "istio-injection=enabled");
    await kubectl("create", "deployment", "web", "--image=web", "--namespace=moving");
    await kubectl("rollout", "status", "deployment/web", "--namespace=moving", "--timeout=90s");
    expect(await revisionOf("moving")).to.equal("default");

    await kubectl("label", "namespace", "moving", "istio-injection-", "istio.io/rev=canary");
    await restartWeb("moving");
    expect(await revisionOf("moving")).to.equal("canary");
    await restartWeb("injected");
    expect(await revisionOf("injected")).to.equal("default");
  });

  it("keeps each revision's address, also when its pod is replaced", async () => {
    const [first, canary] = [await istiod(), await istiod("istiod-canary")];
    await kubectl("rollout", "restart", "deployment/istiod", "--namespace=istio-system");
    await until("a new process", async () => {
      const now = await istiod();
      return now?.status === "running" && now.pid !== first?.pid;
    });
    expect((await istiod())?.ports.webhooks).to.equal(first?.ports.webhooks);
    expect(await istiod("istiod-canary")).to.deep.equal(canary);
  });

  it("comes back from a crash with istiod serving, before the start returns", async () => {
    process.kill(status.supervisorPid ?? 0, "SIGKILL");
    // A signal takes a moment; until then a start would find the sandbox running, and leave it as it is.
    await until("death", async () => !(await sandboxStatus(state)).running);
    const again = await startSandbox(h.options(state));
    expect(again.ready).to.equal(true);
    expect(again.istiod).to.deep.equal(status.istiod);
    expect(again.processes.map(({ name }) => name)).to.include.members(["istiod", "istiod-canary"]);
    status = again;
    await restartWeb("injected");
    await restartWeb("moving");
    expect([await revisionOf("injected"), await revisionOf("moving")]).to.deep.equal(["default", "canary"]);
  });

  it("goes on with the second revision alone, once the first is gone", async () => {
    await helm("uninstall", "gateway", "--namespace", "injected", "--wait");
    await helm("uninstall", "istiod", "--namespace", "istio-system", "--wait");
    await until("the first has ended", async () => (await istiod()) === undefined);
    await kubectl("label", "namespace", "injected", "istio-injection-", "istio.io/rev=canary");
    await restartWeb("injected");
    await restartWeb("moving");
    expect([await revisionOf("injected"), await revisionOf("moving")]).to.deep.equal(["canary", "canary"]);
  });

  it("ends istiod with its release, and lets every namespace go", async () => {
    for (const [name, namespace] of [
      ["istiod-canary", "istio-system"],
      ["base", "istio-system"],
    ] as const) {
      await helm("uninstall", name, "--namespace", namespace, "--wait");
    }
    await until("no istiod", async () =>
      (await sandboxStatus(state)).processes.every(({ name }) => !name.startsWith("istiod")),
    );
    await kubectl("delete", "namespace", "plain", "injected", "moving", "istio-system", "--timeout=120s");
    const left = await kubectl("get", "namespaces", "--output=jsonpath={.items[*].metadata.name}");
    expect(left.split(" ").sort()).to.deep.equal([
      "default",
      "kube-node-lease",
      "kube-public",
      "kube-system",
    ]);
  });
});
