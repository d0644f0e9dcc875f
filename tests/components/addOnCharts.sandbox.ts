import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { parse, parseAllDocuments, stringify } from "yaml";
import { ingressRelease } from "../../catalog";
import { addOnCharts, observabilityPlan, type ObservabilityPlan, type ReleaseSpec } from "../../components";
import type { Manifest } from "../../mesh";
import { dashboardLabel, tools } from "../../observability";
import { facts, supportedKubernetes } from "../../policy-pack/facts";
import { planOf } from "../../program/plan";
import { platformList, platformNames } from "../../platforms";
import { readSettings } from "../../program/settings";
import { ensureToolchain, type Toolchain } from "../../toolchain";
import { type AddOnPod, picks, podsOf } from "./addOnPods";
import { everything, nothing } from "./observabilityArgs";

/**
 * What the components rely on in the charts that they install. It holds for the sandbox's stand-ins; the official charts
 * are asked where ADDON_CHARTS says `official`, or names a folder of their packages: `make official-charts`.
 */
const source = process.env.ADDON_CHARTS;
const title = source === undefined ? "the stand-ins, not the official charts" : `the charts of ${source}`;

/** The oldest Kubernetes that the default version of Istio is supported on. */
const kubernetes = `${supportedKubernetes(facts.istio.version)?.[0] ?? ""}.0`;

type Chart = keyof typeof addOnCharts;

/** Of an object that says who may ask whom, as far as it names others. */
interface Policy {
  readonly selector?: { readonly matchLabels?: Record<string, string> };
  readonly podSelector?: { readonly matchLabels?: Record<string, string> };
  readonly workloadSelector?: { readonly labels?: Record<string, string> };
  readonly rules?: readonly { from?: { source: { principals?: string[] } }[] }[];
  readonly http?: readonly { route: { destination: { host: string; port: { number: number } } }[] }[];
}

interface Service {
  readonly selector: Record<string, string>;
  readonly ports: readonly {
    name: string;
    port: number;
    targetPort?: number | string;
    appProtocol?: string;
  }[];
}

describe(`the add-ons' charts, with the components' values: ${title}`, () => {
  let toolchain: Toolchain;
  const rendered = new Map<string, Promise<Manifest[]>>();
  before(async () => {
    toolchain = await ensureToolchain(["helm"]);
  });

  const helmTemplate = async ({ name, chart, namespace, values }: ReleaseSpec): Promise<Manifest[]> => {
    const { repository, version } = addOnCharts[chart as Chart];
    const file = join(source ?? toolchain.charts, `${chart}-${version}.tgz`);
    const from = source === "official" ? [chart, "--repo", repository, "--version", version] : [file];
    const args = ["template", name, ...from, "--namespace", namespace, "--kube-version", kubernetes];
    const { stdout } = await execa(toolchain.program("helm"), [...args, "--values", "-"], {
      input: stringify(values),
    });
    return parseAllDocuments(stdout)
      .map((document) => document.toJS() as Manifest | null)
      .filter((object) => object !== null)
      .map((object) => ({ ...object, metadata: { namespace, ...object.metadata } }));
  };
  const template = (spec: ReleaseSpec): Promise<Manifest[]> => {
    const key = JSON.stringify(spec);
    const objects = rendered.get(key) ?? helmTemplate(spec);
    rendered.set(key, objects);
    return objects;
  };
  const chartObjects = async (releases: ObservabilityPlan["releases"]): Promise<Manifest[]> =>
    (await Promise.all((Object.values(releases) as ReleaseSpec[]).map(template))).flat();

  const all = everything();
  const plain = { ...all.args, prometheus: { ...all.args.prometheus, operator: false } };
  const alone = { ...nothing().args, grafana: { storage: "1Gi" }, jaeger: { storage: "1Gi" } };
  const withOperator = () => observabilityPlan("all", all.mesh, all.args);
  const withoutOperator = () => observabilityPlan("plain", all.mesh, plain);
  const plans: Record<string, () => ObservabilityPlan> = {
    "everything asked for": withOperator,
    "everything asked for, without the operator": withoutOperator,
    "nothing asked for but volumes": () => observabilityPlan("alone", nothing().mesh, alone),
    ...Object.fromEntries(
      platformNames.flatMap((platform) =>
        ["dev", "prod"].map((environment) => [
          `${platform} (${environment})`,
          () => {
            const settings: Record<string, string> = { platform, environment };
            const { observability } = planOf(readSettings(platformList, { get: (key) => settings[key] }));
            if (observability === undefined) throw new Error(`nothing watches ${platform}`);
            return observability.plan;
          },
        ]),
      ),
    ),
  };

  for (const [name, plan] of Object.entries(plans)) {
    it(`have all that policies, routes and Secrets name: ${name}`, async () => {
      const { namespace, addOns, releases } = plan();
      const objects = await chartObjects(releases);
      const pods = podsOf(objects);
      expect(pods.length).to.be.greaterThan(3);
      expectSelected(addOns, pods);
      expectAccounts(addOns, objects, pods, namespace);
      expectRoutes(addOns, objects, pods, namespace);
      expectMounted([...addOns, ...objects], pods);
      for (const pod of pods) expectConfined(pod);
      expectBudgets([...addOns, ...objects], pods);
      // A job, or a hook of the release, would wait for its sidecar to end, and a webhook would stand behind one.
      const kinds = new Set(objects.map(({ kind }) => kind));
      for (const kind of ["Job", "CronJob", "Pod", "ValidatingWebhookConfiguration"]) {
        expect(kinds, kind).to.not.include(kind);
      }
      expect(JSON.stringify(objects)).to.not.match(/helm\.sh\/hook|sidecar\.istio\.io\/inject/);
    });
  }

  it("take every image from the registry that is given", async () => {
    for (const plan of [withOperator, withoutOperator]) {
      const objects = await chartObjects(plan().releases);
      const images = podsOf(objects).flatMap(({ spec: { containers, initContainers = [] } }) =>
        [...containers, ...initContainers].map(({ image }) => image),
      );
      expect(images.filter((image) => !image.startsWith("registry.example.com/"))).to.deep.equal([]);
    }
  });

  it("have Prometheus take all rules and monitors, or scrape the mesh's pods and nothing else", async () => {
    const objects = await template(withOperator().releases.prometheus);
    const prometheus = objects.find(({ kind }) => kind === "Prometheus")?.spec;
    expect(prometheus).to.deep.include({
      ...{ ruleSelector: {}, podMonitorSelector: {}, serviceMonitorSelector: {} },
      ...{ ruleNamespaceSelector: {}, podMonitorNamespaceSelector: {}, serviceMonitorNamespaceSelector: {} },
      ...{ replicas: 2, retention: "30d", retentionSize: "40960MiB" },
      ...{ externalUrl: "https://prometheus.example.com" },
      storage: {
        volumeClaimTemplate: {
          spec: {
            accessModes: ["ReadWriteOnce"],
            resources: { requests: { storage: "50Gi" } },
            storageClassName: "fast",
          },
        },
      },
    });
    const without = await template(withoutOperator().releases.prometheus);
    const files = without.find(({ kind }) => kind === "ConfigMap")?.data as Record<string, string>;
    const config = parse(files["prometheus.yml"] ?? "") as {
      scrape_configs: { job_name: string }[];
      rule_files: string[];
    };
    expect(config.scrape_configs.map(({ job_name }) => job_name)).to.have.members([
      ...["prometheus", "kubernetes-pods"],
    ]);
    expect(config.rule_files).to.include("/etc/config/alerting_rules.yml");
    expect(parse(files["alerting_rules.yml"] ?? "")).to.have.property("groups").that.is.not.empty;
  });

  it("have Grafana read its own namespace's dashboards only, by their label", async () => {
    const objects = await template(withOperator().releases.grafana);
    expect(objects.map(({ kind }) => kind))
      .to.include("Role")
      .and.to.not.include("ClusterRole");
    const reader = podsOf(objects)[0]?.spec.containers.find((one) => one.name === "grafana-sc-dashboard");
    const [[label, value]] = Object.entries(dashboardLabel) as [[string, string]];
    expect(Object.fromEntries(reader?.env?.map((one) => [one.name, one.value]) ?? [])).to.include({
      ...{ LABEL: label, LABEL_VALUE: value, NAMESPACE: "monitoring", RESOURCE: "configmap" },
      FOLDER_ANNOTATION: "grafana_folder",
    });
  });

  it("hand Jaeger's, Kiali's and the collector's configuration on as it is", async () => {
    const { jaeger, kiali, collector } = withOperator().releases;
    if (collector === undefined) throw new Error("the catalog sends its spans to the collector");
    const file = async (spec: ReleaseSpec): Promise<unknown> => {
      const [map] = (await template(spec)).filter(({ kind }) => kind === "ConfigMap");
      return parse(Object.values(map?.data as Record<string, string>)[0] ?? "");
    };
    expect(await file(jaeger)).to.deep.equal(jaeger.values.userconfig);
    expect(await file(collector)).to.deep.equal(collector.values.alternateConfig);
    const { auth, external_services, login_token, server } = kiali.values;
    expect(await file(kiali)).to.containSubset({ auth, external_services, login_token, server });
  });
});

/** Each selector of the add-ons' objects selects a pod of their charts. The objects of gateways select other pods. */
function expectSelected(addOns: readonly Manifest[], pods: readonly AddOnPod[]): void {
  for (const { kind, metadata, spec } of addOns) {
    const { selector, podSelector, workloadSelector } = (spec ?? {}) as Policy;
    const labels = (selector ?? podSelector)?.matchLabels ?? workloadSelector?.labels;
    const ofGateway = metadata.namespace === ingressRelease;
    if (labels === undefined || kind === "Gateway" || ofGateway) continue;
    const found = pods.some((pod) => picks(labels, pod));
    expect(found, `${kind} ${metadata.name} selects ${JSON.stringify(labels)}`).to.equal(true);
  }
}

/** Whoever is admitted by name runs under it. */
function expectAccounts(
  addOns: readonly Manifest[],
  objects: readonly Manifest[],
  pods: readonly AddOnPod[],
  namespace: string,
): void {
  const prefix = `cluster.local/ns/${namespace}/sa/`;
  const named = addOns
    .flatMap(({ spec }) => ((spec ?? {}) as Policy).rules ?? [])
    .flatMap(({ from = [] }) => from.flatMap(({ source }) => source.principals ?? []))
    .filter((principal) => principal.startsWith(prefix))
    .map((principal) => principal.slice(prefix.length));
  expect(named).to.not.be.empty;
  const accounts = objects.filter(({ kind }) => kind === "ServiceAccount").map((one) => one.metadata.name);
  const running = pods.map(({ serviceAccount }) => serviceAccount);
  expect(accounts).to.include.members([...new Set([...named, ...running])]);
  expect(running).to.include.members([...new Set(named)]);
}

/** Every port that is routed to is a Service's, leads to the port that the tool listens on, and says its protocol. */
function expectRoutes(
  addOns: readonly Manifest[],
  objects: readonly Manifest[],
  pods: readonly AddOnPod[],
  namespace: string,
): void {
  const destinations = addOns.flatMap(({ kind, spec }) =>
    kind === "VirtualService"
      ? (((spec ?? {}) as Policy).http ?? []).flatMap(({ route }) => route.map((to) => to.destination))
      : [],
  );
  const inside = destinations.filter(({ host }) => host.endsWith(`.${namespace}.svc.cluster.local`));
  expect(inside.length).to.be.at.least(Object.keys(tools).length);
  for (const { host, port } of inside) {
    const [name] = host.split(".");
    const service = objects.find((one) => one.kind === "Service" && one.metadata.name === name);
    const { selector, ports } = service?.spec as Service;
    const [found] = ports.filter((one) => one.port === port.number);
    const what = `${host}:${port.number}`;
    expect(found?.appProtocol ?? found?.name, what).to.match(/^(http|grpc)/);
    const behind = pods.filter((pod) => picks(selector, pod));
    expect(behind, what).to.not.be.empty;
    const tool = Object.values(tools).find((one) => one.service === name && one.port === port.number);
    for (const { spec, labels } of behind) {
      expect(labels.app, what).to.equal(name);
      const listens = spec.containers.flatMap((one) => one.ports ?? []);
      const target = found?.targetPort ?? port.number;
      const reached = listens.find((one) => one.name === target || one.containerPort === target);
      expect(reached?.containerPort, what).to.equal(tool?.targetPort ?? port.number);
    }
  }
}

/** Every Secret, ConfigMap and claim that pods need is there, with the keys that they need. */
function expectMounted(objects: readonly Manifest[], pods: readonly AddOnPod[]): void {
  const names = (wanted: string) =>
    objects.filter(({ kind }) => kind === wanted).map((one) => one.metadata.name);
  const secrets: Record<string, string[]> = {
    "grafana-admin": ["admin-user", "admin-password"],
    "kiali-signing-key": ["key"],
    // The user's own, by `everything`.
    search: ["username", "password"],
  };
  for (const { of, spec } of pods) {
    for (const { secret, configMap, persistentVolumeClaim } of spec.volumes ?? []) {
      if (secret !== undefined && secret.optional !== true) {
        const keys = secret.items?.map(({ key }) => key) ?? [];
        expect(secrets[secret.secretName], `${of}: ${secret.secretName}`).to.include.members(keys);
      }
      if (configMap !== undefined && configMap.optional !== true) {
        expect(names("ConfigMap"), of).to.include(configMap.name);
      }
      if (persistentVolumeClaim !== undefined) {
        expect(names("PersistentVolumeClaim"), of).to.include(persistentVolumeClaim.claimName);
      }
    }
    for (const { valueFrom } of spec.containers.flatMap(({ env }) => env ?? [])) {
      if (valueFrom?.secretKeyRef === undefined) continue;
      const { name, key } = valueFrom.secretKeyRef;
      expect(secrets[name], `${of}: ${name}`).to.include(key);
    }
  }
}

/** Least privilege, and init containers that don't wait for a proxy which, before Kubernetes 1.33, starts after them. */
function expectConfined({ of, spec }: AddOnPod): void {
  for (const { name, securityContext } of spec.initContainers ?? []) {
    expect(securityContext?.runAsUser, `${of}: ${name}`).to.equal(1337);
  }
  expect(spec.hostNetwork ?? false, of).to.equal(false);
  for (const { name, securityContext = {} } of [...spec.containers, ...(spec.initContainers ?? [])]) {
    const what = `${of}: ${name}`;
    expect(securityContext.allowPrivilegeEscalation, what).to.equal(false);
    expect(securityContext.capabilities?.drop, what).to.include("ALL");
    expect(securityContext.runAsNonRoot ?? spec.securityContext?.runAsNonRoot, what).to.equal(true);
  }
}

/** Whatever has more than one pod keeps one while nodes are drained. */
function expectBudgets(objects: readonly Manifest[], pods: readonly AddOnPod[]): void {
  const budgets = objects.filter(({ kind }) => kind === "PodDisruptionBudget");
  for (const pod of pods.filter(({ replicas }) => replicas > 1)) {
    const found = budgets.some(({ spec }) =>
      picks((spec as { selector: { matchLabels: Record<string, string> } }).selector.matchLabels, pod),
    );
    expect(found, pod.of).to.equal(true);
  }
}
