import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { type LocalPulumi, localPulumi, localStack } from "../../cli/pulumi";
import type { Audit } from "../../cli/audit/audit";
import type { Health } from "../../cli/health/judge";
import { analyze } from "../../cli/verify";
import { addOnCharts } from "../../components";
import { checkMesh, type Manifest, renderMesh } from "../../mesh";
import { sandboxStatus, startSandbox } from "../../sandbox";
import { identify } from "../../sandbox/processIdentity";
import { planOf } from "../../program/plan";
import { platformList, platforms } from "../../platforms";
import { readSettings } from "../../program/settings";
import { istioCharts } from "../../toolchain/pins";
import { type Harness, harness } from "../sandbox/harness";
import { tenFindings, tenMistakes } from "../checks/tenMistakes";
import { inProcess } from "../cli/inProcess";
import { meshwright } from "../cli/run";
import { expectLive, readLive } from "./live";
import { editedProject } from "./program";

const repository = join(__dirname, "..", "..");
const policyPack = join(repository, "policy-pack");
/** Stands for the options that run `pulumi` under the policy pack. */
const pack = "under the pack";
const builtInNamespaces = ["default", "kube-node-lease", "kube-public", "kube-system"];

describe("Alfred on the sandbox", () => {
  let h: Harness;
  let state: string;
  const projects: string[] = [];
  before(async () => {
    h = await harness();
    state = h.folder();
  });
  after(async () => {
    for (const project of projects) await rm(project, { recursive: true, force: true });
    await h.clean();
  });

  const objects = (): Manifest[] => {
    const { findings, mesh } = checkMesh(platforms.alfred.catalog("dev", {}));
    expect(findings).to.deep.equal([]);
    if (mesh === undefined) throw new Error("unreachable: there are no findings");
    return renderMesh(mesh);
  };
  const namespaces = async (): Promise<string[]> =>
    (await h.kubectl(state, ["get", "namespaces", "-o", "jsonpath={.items[*].metadata.name}"])).split(" ");
  const pulumi = async (project = repository): Promise<LocalPulumi> =>
    localPulumi(h.toolchain, await sandboxStatus(state), project);
  /** Runs `pulumi` on the stack and returns everything it printed. */
  const run = async (
    project: string,
    command: string,
    ...args: string[]
  ): Promise<{ ok: boolean; text: string }> => {
    const { program, options, configFile, underPack } = await pulumi(project);
    const target = ["--stack", localStack, "--config-file", configFile, "--non-interactive"];
    const given = args.flatMap((arg) => (arg === pack ? underPack(policyPack) : [arg]));
    const ended = await execa(program, [command, ...target, ...given], {
      ...options,
      reject: false,
      all: true,
    });
    return {
      ok: ended.exitCode === 0,
      text: command === "preview" && ended.exitCode === 0 ? ended.stdout : ended.all,
    };
  };
  const edited = (change: string): string => {
    const project = editedProject(change);
    projects.push(project);
    return project;
  };
  /** What watches the platform where charts come from a mirror, as on the sandbox. */
  const watchers = (): { addOns: Manifest[]; watching: Manifest[] } => {
    const settings: Record<string, string> = { platform: "alfred", chartRepository: "http://127.0.0.1" };
    const { observability } = planOf(readSettings(platformList, { get: (key) => settings[key] }));
    return observability?.plan ?? { addOns: [], watching: [] };
  };
  const expectNothingCreated = async (): Promise<void> => {
    expect(await namespaces()).to.have.members(builtInNamespaces);
    expect(await h.kubectl(state, ["get", "customresourcedefinitions", "-o", "name"])).to.equal("");
  };

  describe("before anything is created", () => {
    before(() => startSandbox(h.options(state)));
    afterEach(expectNothingCreated);

    it("the pack stops an override that weakens mTLS", async () => {
      const project = edited(
        'catalog.overrides = { PeerAuthentication: { "alfred-platform/default": { spec: { mtls: { mode: "PERMISSIVE" } } } } };',
      );
      const { ok, text } = await run(project, "up", "--yes", pack);
      expect(ok).to.equal(false);
      expect(text).to.contain("alfred-platform/default").and.to.contain("PERMISSIVE");
    });

    it("a catalog with ten mistakes is refused with all of them", async () => {
      const project = edited(`return ${JSON.stringify(tenMistakes)};`);
      const { ok, text } = await run(project, "preview");
      expect(ok).to.equal(false);
      expect(text).to.contain('The catalog "alfred" has 9 errors; nothing was registered.');
      for (const [code, path] of tenFindings) expect(text).to.contain(` ${code} ${path}: `);
    });

    it("an unknown platform is refused, with those that exist", async () => {
      const { ok, text } = await run(repository, "up", "--yes", "-c", "meshwright:platform=alfredo");
      expect(ok).to.equal(false);
      expect(text).to.contain(
        'meshwright:platform is "alfredo", which is unknown. Choose one: pulumi config set meshwright:platform alfred',
      );
    });

    it("an unreachable chart repository and an unreachable cluster are told of at once", async () => {
      const { ok, text } = await run(
        repository,
        "up",
        "--yes",
        ...["-c", "meshwright:chartRepository=http://127.0.0.1:1/charts"],
        ...["-c", "kubernetes:kubeconfig=/nowhere/kubeconfig"],
      );
      expect(ok).to.equal(false);
      expect(text).to.contain("The chart repository http://127.0.0.1:1/charts/index.yaml can't be read");
      expect(text).to.contain("There is no kubeconfig: /nowhere/kubeconfig does not exist.");
    });
  });

  describe("after `meshwright up`", () => {
    let printed = "";

    it("is up from nothing, under the pack", async () => {
      const { exitCode, stdout, stderr } = await meshwright(["up", "--state", state], { cwd: repository });
      printed = stdout + stderr;
      expect(exitCode, stderr + stdout).to.equal(0);
      // With a warning sign where an advisory policy has something to say.
      expect(stdout).to.match(/(✅|⚠️) +meshwright@v\d+\.\d+\.\d+/);
      expect(stdout).to.not.contain("❌");
      expect(stdout).to.match(
        /✔ alfred runs on the sandbox: Istio 1\.31\.0, \d+ objects, no findings of istioctl analyze\./,
      );
    });

    it("has the Helm releases deployed", async () => {
      const helm = await execa(h.toolchain.program("helm"), ["list", "-A", "-o", "json"], {
        env: { KUBECONFIG: join(state, "kubeconfig") },
      });
      const releases = JSON.parse(helm.stdout) as {
        name: string;
        namespace: string;
        status: string;
        chart: string;
      }[];
      expect(
        releases.map(({ name, namespace, status, chart }) => `${namespace}/${name} ${chart} ${status}`),
      ).to.have.members([
        `istio-system/istio-base base-${istioCharts.version} deployed`,
        `istio-system/istiod istiod-${istioCharts.version} deployed`,
        `istio-ingress/istio-ingress gateway-${istioCharts.version} deployed`,
        `istio-egress/istio-egress gateway-${istioCharts.version} deployed`,
        `monitoring/prometheus kube-prometheus-stack-${addOnCharts["kube-prometheus-stack"].version} deployed`,
        `monitoring/grafana grafana-${addOnCharts.grafana.version} deployed`,
        `monitoring/jaeger jaeger-${addOnCharts.jaeger.version} deployed`,
        `monitoring/kiali kiali-server-${addOnCharts["kiali-server"].version} deployed`,
      ]);
    });

    it("has every object of the catalog and of what watches it, as rendered", async () => {
      const { addOns, watching } = watchers();
      expect(Math.min(addOns.length, watching.length)).to.be.greaterThan(1);
      await expectLive(h, state, [...objects(), ...addOns, ...watching]);
    });

    it("created nothing that istiod's webhook judges before istiod was ready, and rules before the routes to them", async () => {
      const pods = await h.kubectl(state, [
        "get",
        "pods",
        "-n",
        "istio-system",
        "-l",
        "app=istiod",
        "-o",
        "json",
      ]);
      const [istiod] = (
        JSON.parse(pods) as {
          items: { status: { conditions: { type: string; lastTransitionTime: string }[] } }[];
        }
      ).items;
      const ready = istiod?.status.conditions.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "";
      const created = new Map<string, string>();
      const ofIstio = [...objects(), ...watchers().addOns].filter(({ apiVersion }) =>
        apiVersion.includes("istio.io"),
      );
      for (const { kind, metadata } of await readLive(h, state, ofIstio)) {
        const at = metadata.creationTimestamp ?? "";
        expect(Date.parse(at), metadata.name).to.be.at.least(Date.parse(ready) - 1000);
        created.set(`${kind}/${metadata.name}`, at);
      }
      for (const [key, at] of created) {
        const rule = created.get(key.replace("VirtualService", "DestinationRule"));
        if (rule !== undefined) expect(Date.parse(rule), key).to.be.at.most(Date.parse(at));
      }
    });

    it("has sidecars in every pod of the platform, all ready", async () => {
      const pods = await h.kubectl(state, ["get", "pods", "-n", "alfred-platform", "-o", "json"]);
      const { items } = JSON.parse(pods) as {
        items: {
          spec: { containers: { name: string }[]; initContainers: { name: string }[] };
          status: { containerStatuses: { ready: boolean }[] };
        }[];
      };
      expect(items).to.have.length(objects().filter(({ kind }) => kind === "Deployment").length);
      for (const { spec, status } of items) {
        const names = [...spec.containers, ...spec.initContainers].map(({ name }) => name);
        expect(names).to.include("istio-proxy").and.to.include("istio-init");
        expect(status.containerStatuses.every(({ ready }) => ready)).to.equal(true);
      }
    });

    it("gives istioctl analyze nothing to complain about", async () => {
      const messages = await analyze(h.toolchain.program("istioctl"), join(state, "kubeconfig"));
      expect(messages.filter(({ level }) => level !== "Info")).to.deep.equal([]);
    });

    it("`meshwright audit --cluster` has no error, and none in prod but what only dev has", async () => {
      const errors = async (environment: string): Promise<string[]> => {
        const args = ["--environment", environment, "--format", "json"];
        const { stdout, stderr } = await inProcess(["audit", "--cluster", "--state", state, ...args]);
        expect(stdout, stderr).to.not.equal("");
        const { findings, objects: count } = JSON.parse(stdout) as Audit;
        expect(count).to.be.greaterThan(objects().length);
        return findings.filter(({ severity }) => severity === "error").map(({ code }) => code);
      };
      expect(await errors("dev")).to.deep.equal([]);
      // Dev traces every request, and the settings of Alfred in prod allow the excluded ports.
      const ofDev = ["bound-trace-sampling", "flag-capture-bypasses"];
      expect([...new Set(await errors("prod"))].sort()).to.deep.equal(ofDev);
    });

    it("`meshwright status` says that all is well, and names what isn't", async () => {
      const status = (...args: string[]) => inProcess(["status", "--state", state, ...args]);
      const well = await status("--json");
      expect(well.stdout, well.stderr).to.not.equal("");
      const health = JSON.parse(well.stdout) as Health;
      expect(health.problems).to.deep.equal([]);
      expect(well.exitCode).to.equal(0);
      const replicas = objects().filter(({ kind }) => kind === "Deployment");
      expect(health.components.filter(({ role }) => role === "service")).to.have.length(replicas.length);
      expect(health.components).to.deep.include({
        role: "control plane",
        kind: "Deployment",
        namespace: "istio-system",
        name: "istiod",
        ready: 1,
        desired: 1,
        version: istioCharts.version,
        services: ["istiod:15010,15012,443,15014"],
      });
      expect(Object.keys(health.proxies)).to.deep.equal([istioCharts.version]);
      for (const kind of ["AuthorizationPolicy", "Sidecar", "VirtualService"]) {
        const rendered = [...objects(), ...watchers().addOns].filter((object) => object.kind === kind);
        expect(health.objects, kind).to.include({ [kind]: rendered.length });
      }

      const labels = { app: "stuck" };
      const stuck = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "stuck", namespace: "alfred-platform" },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { nodeSelector: { disk: "none" }, containers: [{ name: "stuck", image: "stuck:1" }] },
          },
        },
      };
      await h.kubectl(state, ["apply", "-f", "-"], JSON.stringify(stuck));
      const ill = await status();
      await h.kubectl(state, ["delete", "deployment", "stuck", "-n", "alfred-platform"]);
      expect(ill.exitCode).to.equal(1);
      expect(ill.stdout).to.match(/^service +alfred-platform\/stuck +0\/1 +1 +-$/m);
      expect(ill.stdout).to.contain(
        "Deployment alfred-platform/stuck\n  0 of 1 pods is ready.\n  fix: See its events: kubectl describe deployment -n alfred-platform stuck",
      );
    });

    it("`meshwright open` says why nothing can be opened on a sandbox", async () => {
      // Only what the command looks for: a ready pod with Kiali's label.
      const kiali = {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "kiali", namespace: "default", labels: { "app.kubernetes.io/name": "kiali" } },
        spec: { containers: [{ name: "kiali", image: "kiali:1", ports: [{ containerPort: 20001 }] }] },
      };
      await h.kubectl(state, ["apply", "-f", "-"], JSON.stringify(kiali));
      await h.kubectl(state, ["wait", "pod", "kiali", "--for", "condition=Ready", "--timeout", "60s"]);
      const { exitCode, stderr } = await meshwright([
        "open",
        "kiali",
        "--namespace",
        "default",
        "--state",
        state,
      ]);
      await h.kubectl(state, ["delete", "pod", "kiali"]);
      expect(stderr).to.match(
        /^error: default\/kiali exists only in the API: its node us-\S+ has no kubelet, as on the sandbox, so no container runs\.\nfix: /,
      );
      expect(exitCode).to.equal(1);
      const { stderr: none } = await meshwright([
        "open",
        "jaeger",
        "--namespace",
        "default",
        "--state",
        state,
      ]);
      expect(none).to.contain("There is no Jaeger in namespace default");
    });

    it("has istiod refuse a bad object", async () => {
      const bad = JSON.stringify({
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "bad", namespace: "alfred-platform" },
        spec: { hosts: ["bad"], http: [{ route: [{ destination: { host: "bad" }, weight: -3 }] }] },
      });
      const refusal = await h.kubectl(state, ["apply", "-f", "-"], bad).then(
        () => "accepted",
        (error: unknown) => (error as { stderr: string }).stderr,
      );
      expect(refusal).to.contain('admission webhook "validation.istio.io" denied the request');
      expect(refusal).to.contain("weight -3 < 0");
    });

    it("keeps the gateway's key secret", async () => {
      const { read: quiet, configFile } = await pulumi();
      const secret = JSON.parse(
        await h.kubectl(state, [
          "get",
          "secret",
          "alfred-platform-cert",
          "-n",
          "istio-ingress",
          "-o",
          "json",
        ]),
      ) as { data: Record<string, string> };
      const key = Buffer.from(secret.data["tls.key"] ?? "", "base64").toString();
      expect(key).to.match(/^-----BEGIN (RSA )?PRIVATE KEY-----/);
      const line = key.split("\n")[2] ?? "";
      expect(line.length).to.be.greaterThan(40);
      const exported = await quiet(["stack", "export", "--stack", localStack]);
      for (const [what, text] of Object.entries({
        state: exported,
        config: readFileSync(configFile, "utf8"),
      })) {
        expect(text.includes(line), what).to.equal(false);
        expect(text.includes(Buffer.from(key).toString("base64").slice(80, 140)), what).to.equal(false);
      }
    });

    it("changes nothing the second time", async () => {
      const { ok, text } = await run(
        repository,
        "up",
        "--yes",
        "--skip-preview",
        "--expect-no-changes",
        "--diff",
        pack,
      );
      printed += text;
      expect(ok, text).to.equal(true);
    });

    it("shows in a preview what a change does to requests, and nothing without one", async () => {
      const none = await run(repository, "preview");
      expect(none.text).to.contain("unchanged").and.to.not.contain("for requests");
      const project = edited('catalog.services["ui-service"].calls["agent-core"].methods.push("DELETE");');
      const { ok, text } = await run(project, "preview");
      expect(ok, text).to.equal(true);
      expect(text).to.contain(
        "What this changes for requests, compared with the last deployment: 1 wider.\n      WIDER  alfred-platform/ui-service may now DELETE alfred-platform/agent-core (was GET or POST)",
      );
    });

    it("`meshwright preview` finds nothing to change in what the engine has deployed, and names a change", async () => {
      const previewed = async (cwd: string) => {
        const args = ["preview", "--state", state, "--format", "json"];
        const { stdout, stderr, exitCode } = await meshwright(args, { cwd });
        expect(exitCode, `${stdout.slice(0, 2_000)}${stderr}`).to.equal(0);
        return JSON.parse(stdout) as {
          changes: { action: string; kind: string; name: string; fields: object[] }[];
          unchanged: number;
          policies: object[];
        };
      };
      const none = await previewed(repository);
      expect(none.changes).to.deep.equal([]);
      expect(none.unchanged).to.be.greaterThan(100);
      const changed = await previewed(edited('catalog.services["agent-rag"].resilience.timeout = "7s";'));
      expect(changed.changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`)).to.deep.equal([
        // Its pods get as much time to finish requests, and the gateway waits as long.
        "update Deployment agent-rag",
        "update VirtualService agent-rag",
        "update VirtualService api.alfred-platform.example.com",
      ]);
    });

    it("`explain --cluster` and `diff --cluster` answer as the catalog does, and find a change by kubectl", async () => {
      const live = ["--cluster", "--state", state];
      const explained = (asked: readonly string[], of: readonly string[]) =>
        inProcess(["explain", ...asked, ...of], { cwd: repository });
      const token = ["--token", '{"iss":"https://auth.alfred-platform.example.com","roles":["admin"]}'];
      for (const asked of [
        ["ui-service", "agent-core", "POST", "/api/tasks", ...token],
        ["ui-service", "agent-core", "DELETE", "/api/tasks", ...token],
        ["agent-core", "agent-rag", "GET", "/"],
        ["agent-rag", "agent-core", "GET", "/"],
        ["POST", "https://api.alfred-platform.example.com/api/core/tasks", ...token],
      ]) {
        const [ofCatalog, ofCluster] = [
          await explained(asked, ["--stack", "local"]),
          await explained(asked, live),
        ];
        // A catalog does not know the name of the Deployment that the gateway's chart creates.
        expect(ofCluster.stdout, ofCluster.stderr)
          .to.match(/^(ALLOWED|DENIED|UNROUTED) {2}/)
          .and.to.equal(ofCatalog.stdout.replaceAll("istio-ingress-alfred", "istio-ingress"));
        expect(ofCluster.exitCode).to.equal(ofCatalog.exitCode);
      }

      const compared = async (): Promise<string[]> => {
        const args = ["diff", "--stack", "local", "--format", "json", "--fail-on", "narrower", ...live];
        const { stdout, stderr, exitCode } = await inProcess(args, { cwd: repository });
        expect(stdout, stderr).to.not.equal("");
        const { changes } = JSON.parse(stdout) as {
          changes: { verdict: string; sentence: string; request?: string }[];
        };
        expect(exitCode, stdout).to.equal(changes.length === 0 ? 0 : 1);
        return changes.map(({ verdict, sentence, request }) => `${verdict} ${sentence}: ${request ?? ""}`);
      };
      expect(await compared()).to.deep.equal([]);
      const policy = ["authorizationpolicy", "agent-core", "-n", "alfred-platform"];
      const object = JSON.parse(await h.kubectl(state, ["get", ...policy, "-o", "json"])) as {
        spec: { rules: { from: { source: { principals: string[] } }[] }[] };
      };
      const rule = object.spec.rules.findIndex(({ from }) =>
        from.some(({ source }) => source.principals.some((name) => name.endsWith("/ui-service"))),
      );
      const patched = async (op: "add" | "remove", at: string, value?: string): Promise<void> => {
        const patch = [
          { op, path: `/spec/rules/${rule}/to/0/operation/methods/${at}`, ...(value && { value }) },
        ];
        await h.kubectl(state, ["patch", ...policy, "--type", "json", "-p", JSON.stringify(patch)]);
      };
      await patched("add", "-", "DELETE");
      expect(await compared()).to.deep.equal([
        'narrower alfred-platform/ui-service may no longer DELETE alfred-platform/agent-core (now GET or POST): DELETE /api/other on port 8011 from cluster.local/ns/alfred-platform/sa/ui-service with token {"roles":"admin","iss":"https://auth.alfred-platform.example.com"}',
      ]);
      const asked = ["ui-service", "agent-core", "DELETE", "/api/tasks", ...token];
      expect((await explained(asked, live)).stdout).to.match(/^ALLOWED {2}/);
      expect((await explained(asked, ["--stack", "local"])).stdout).to.match(/^DENIED {2}/);
      await patched("remove", "2");
      expect(await compared()).to.deep.equal([]);
    });

    it("keeps Kiali's key and Grafana's password secret, in state and in everything printed", async () => {
      const { read: quiet, configFile } = await pulumi();
      const secretValues: string[] = [];
      for (const [name, key, bytes] of [
        ["kiali-signing-key", "key", 32],
        ["grafana-admin", "admin-password", 32],
      ] as const) {
        const { data } = JSON.parse(
          await h.kubectl(state, ["get", "secret", name, "-n", "monitoring", "-o", "json"]),
        ) as { data: Record<string, string> };
        const value = Buffer.from(data[key] ?? "", "base64").toString();
        expect(Buffer.byteLength(value), name).to.equal(bytes);
        secretValues.push(value, data[key] ?? "");
      }
      const seen = {
        state: await quiet(["stack", "export", "--stack", localStack]),
        outputs: await quiet(["stack", "output", "--json", "--stack", localStack]),
        config: readFileSync(configFile, "utf8"),
        printed,
        objects: await h.kubectl(state, ["get", "all,configmaps", "-n", "monitoring", "-o", "json"]),
      };
      for (const [what, where] of Object.entries(seen)) {
        expect(where, what).to.not.equal("");
        for (const value of secretValues) expect(where.includes(value), what).to.equal(false);
      }
    });

    it("updates exactly one object when one number changes", async () => {
      const rule = ["get", "destinationrules", "-n", "alfred-platform", "-o", "json"];
      const versions = async (): Promise<Record<string, string>> => {
        const { items } = JSON.parse(await h.kubectl(state, rule)) as {
          items: { metadata: { name: string; resourceVersion: string } }[];
        };
        return Object.fromEntries(items.map(({ metadata }) => [metadata.name, metadata.resourceVersion]));
      };
      const before = await versions();
      const project = edited('catalog.services["agent-rag"].circuitBreaker.maxConnections = 101;');
      const { ok, text } = await run(project, "up", "--yes", "--skip-preview");
      expect(ok, text).to.equal(true);
      expect(text).to.match(/^Resources:\n +~ 1 updated\n +\d+ unchanged\n/m);
      expect(text).to.contain("alfred-DestinationRule/alfred-platform/agent-rag ");
      const after = await versions();
      expect(Object.keys(after).filter((name) => after[name] !== before[name])).to.deep.equal(["agent-rag"]);
    });

    it("goes on after a run that was killed", async () => {
      const project = edited('catalog.services["agent-legal"].circuitBreaker.maxConnections = 51;');
      const { program, options, read: quiet, configFile } = await pulumi(project);
      const args = ["up", "--yes", "--non-interactive", "--stack", localStack, "--config-file", configFile];
      const running = execa(program, args, { ...options, reject: false });
      // The preview is over then, and the engine deploys.
      running.stdout.on("data", (text: Buffer) => {
        if (text.toString().includes("Updating (")) running.kill("SIGKILL");
      });
      expect((await running).signal).to.equal("SIGKILL");
      await quiet(["cancel", "--yes", "--stack", localStack]);
      expect((await run(project, "up", "--yes", "--skip-preview")).ok).to.equal(true);
      const rule = await h.kubectl(state, [
        ...["get", "destinationrule", "agent-legal", "-n", "alfred-platform"],
        ...["-o", "jsonpath={.spec.trafficPolicy.connectionPool.tcp.maxConnections}"],
      ]);
      expect(rule).to.equal("51");
    });

    it("keeps Istio's CRDs from being purged while they are in use", async () => {
      const { exitCode, stderr } = await meshwright([
        "purge",
        "--yes",
        "--kubeconfig",
        join(state, "kubeconfig"),
      ]);
      expect(exitCode).to.equal(1);
      expect(stderr).to.match(
        /^On https:.*:\nerror: Istio is in use on https:.*: \d+ of its objects and pods are left\. Nothing was removed\./,
      );
      expect(stderr).to.contain("Pod istio-system/istiod-");
    });

    it("is gone after destroy, except what Istio's chart keeps on purpose", async () => {
      const { ok, text } = await run(repository, "destroy", "--yes", "--skip-preview");
      expect(ok, text).to.equal(true);
      expect(await namespaces()).to.have.members(builtInNamespaces);
      const webhooks = ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"];
      const roles = ["clusterroles", "clusterrolebindings"];
      const left = await h.kubectl(state, ["get", [...webhooks, ...roles].join(","), "-o", "name"]);
      expect(left.split("\n").filter((name) => name.includes("istio"))).to.deep.equal([]);
      const kept = JSON.parse(await h.kubectl(state, ["get", "customresourcedefinitions", "-o", "json"])) as {
        items: { metadata: { name: string; annotations: Record<string, string> } }[];
      };
      // Helm never removes what lies in a chart's folder crds, where those of the Prometheus operator are.
      const ofIstio = kept.items.filter(({ metadata }) => !metadata.name.endsWith(".monitoring.coreos.com"));
      expect(ofIstio.length).to.be.greaterThan(10);
      for (const { metadata } of ofIstio) {
        expect(metadata.annotations["helm.sh/resource-policy"]).to.equal("keep");
      }
      const { processes } = await sandboxStatus(state);
      expect(processes.map(({ name }) => name)).to.not.include("istiod");
    });

    it("is gone without a trace after `meshwright purge`, which first says what it would do", async () => {
      const purge = ["purge", "--kubeconfig", join(state, "kubeconfig")];
      const told = await meshwright(purge);
      expect(told.exitCode, told.stderr).to.equal(0);
      expect(told.stdout).to.contain(
        "would remove CustomResourceDefinition virtualservices.networking.istio.io",
      );
      expect(told.stdout).to.contain("would remove ConfigMap default/istio-ca-root-cert");
      const done = await meshwright([...purge, "--yes"]);
      expect(done.exitCode, done.stderr).to.equal(0);
      expect(done.stdout.split("\n")).to.have.length(told.stdout.split("\n").length - 2);
      expect(await h.kubectl(state, ["get", "configmaps", "-A", "-o", "name"])).to.not.contain("istio");
      expect((await meshwright(purge)).stdout).to.equal("Nothing of Istio is left.");
    });

    it("leaves no process after `meshwright down`", async () => {
      const { processes, supervisorPid } = await sandboxStatus(state);
      const { exitCode, stderr } = await meshwright(["down", "--state", state]);
      expect(exitCode, stderr).to.equal(0);
      for (const pid of [supervisorPid, ...processes.map((one) => one.pid)]) {
        expect(pid).to.be.a("number");
        expect(identify(pid ?? 0), String(pid)).to.equal(undefined);
      }
    });
  });
});
