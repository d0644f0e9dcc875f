import { expect } from "chai";
import { checkMesh, renderMesh } from "../../mesh";
import { mergePatch } from "../../mesh/overrides";
import { base, found, http } from "./overriding";

const image = "registry.example.com/app:1.0.0";
const resources = { requests: { cpu: "100m" } };
const autoscaling = { minReplicas: 2, maxReplicas: 5, averageUtilization: 80 };
const store = {
  ports: { tcp: { port: 5432, protocol: "tcp" } },
  workload: { image, kind: "StatefulSet", replicas: 3 },
};
const catalog = {
  services: {
    web: { ports: { http }, calls: { api: {}, store: {} }, workload: { image, replicas: 4 } },
    api: {
      ports: { http },
      versions: { v1: {}, v2: {}, v3: {} },
      traffic: { weights: { v1: 90, v2: 10, v3: 0 } },
      resilience: { timeout: "60s" },
      workload: {
        image,
        resources,
        autoscaling,
        env: { LEVEL: "info" },
        probes: { readiness: { path: "/ready" } },
      },
    },
    store,
  },
};

/** What an override of an object is found to do, without the code's place and the message's beginning. */
function of(kind: string, name: string, patch: object, more: object = catalog): string[] {
  const place = `${kind}["shop/${name}"]: `;
  return found({ [kind]: { [`shop/${name}`]: patch } }, more).map((line) => line.replace(place, ""));
}

const spec = (kind: string, name: string, own: object): string[] => of(kind, name, { spec: own });

describe("overrides of numbers of pods", () => {
  const lost = (target: string): string[] => [
    `MW371 the override leaves no pods for requests to ${target}, so all of them fail`,
  ];
  const fewer = (change: string): string[] => [
    `MW371 with the override, fewer pods run than the catalog says: ${change}`,
  ];

  it("leave pods for every host and version that receives requests", () => {
    const host = (name: string): string => `${name}.shop.svc.cluster.local`;
    expect(spec("Deployment", "web", { replicas: 0 })).to.deep.equal(lost(host("web")));
    expect(spec("StatefulSet", "store", { replicas: 0 })).to.deep.equal(lost(host("store")));
    // An autoscaler does nothing for an object that asks for no pods.
    expect(spec("Deployment", "api-v1", { replicas: 0 })).to.deep.equal(lost(`${host("api")} subset v1`));
    expect(spec("Deployment", "api-v3", { replicas: 0 })).to.deep.equal([]);
  });

  it("leave pods for a version that receives copies", () => {
    const { api, ...others } = catalog.services;
    const traffic = { ...api.traffic, mirror: { version: "v3", percentage: 10 } };
    const more = { services: { ...others, api: { ...api, traffic } } };
    expect(of("Deployment", "api-v3", { spec: { replicas: 0 } }, more)).to.deep.equal(
      lost("api.shop.svc.cluster.local subset v3"),
    );
  });

  it("may add pods, and lower those of a version without requests", () => {
    expect(spec("Deployment", "web", { replicas: 9 })).to.deep.equal([]);
    expect(spec("Deployment", "web", { replicas: 2 })).to.deep.equal(fewer("replicas 4 becomes 2"));
    // Kubernetes runs one.
    expect(spec("Deployment", "web", { replicas: null })).to.deep.equal(fewer("replicas 4 becomes 1"));
    const scaled = (name: string, own: object): string[] => spec("HorizontalPodAutoscaler", name, own);
    expect(scaled("api-v1", { minReplicas: 3, maxReplicas: 9 })).to.deep.equal([]);
    expect(scaled("api-v1", { minReplicas: 1 })).to.deep.equal(fewer("minReplicas 2 becomes 1"));
    expect(scaled("api-v1", { maxReplicas: 2 })).to.deep.equal(fewer("maxReplicas 5 becomes 2"));
  });

  it("lower those of pods behind no Service", () => {
    const workers = { services: { workers: { ports: {}, workload: { image, replicas: 2 } } } };
    expect(of("Deployment", "workers", { spec: { replicas: 0 } }, workers)).to.deep.equal(
      fewer("replicas 2 becomes 0"),
    );
  });
});

describe("overrides of jobs", () => {
  it("run as many pods", () => {
    const workload = { image, kind: "CronJob", schedule: "0 1 * * *", replicas: 3 };
    const more = {
      services: { api: { ports: { http } }, jobs: { ports: {}, workload, calls: { api: {} } } },
    };
    const patch = (own: object): object => ({ spec: { jobTemplate: { spec: own } } });
    expect(of("CronJob", "jobs", patch({ parallelism: 5 }), more)).to.deep.equal([]);
    expect(of("CronJob", "jobs", patch({ completions: 1 }), more)).to.deep.equal([
      "MW371 with the override, fewer pods run than the catalog says: completions 3 becomes 1",
    ]);
  });
});

describe("overrides of rollouts and drains", () => {
  const interrupts = (how: string): string[] => [`MW372 the override interrupts the service: ${how}`];

  it("replace the pods of a Deployment one after the other", () => {
    const strategy = (own: object): string[] => spec("Deployment", "web", { strategy: own });
    expect(strategy({ type: "Recreate" })).to.deep.equal(
      interrupts("a rollout ends all pods before new ones start (strategy Recreate)"),
    );
    const rolling = (maxUnavailable: unknown): string[] => strategy({ rollingUpdate: { maxUnavailable } });
    for (const some of [0, 3, "25%", "99%"]) expect(rolling(some), String(some)).to.deep.equal([]);
    for (const all of [4, 9, "100%"]) {
      expect(rolling(all)).to.deep.equal(
        interrupts(`a rollout may end all pods at once (maxUnavailable ${all})`),
      );
    }
    const update = (maxUnavailable: number): string[] =>
      spec("StatefulSet", "store", { updateStrategy: { rollingUpdate: { maxUnavailable } } });
    expect(update(2)).to.deep.equal([]);
    expect(update(3)).to.deep.equal(interrupts("a rollout may end all pods at once (maxUnavailable 3)"));
    // The number of pods is that of another override.
    const both = {
      "shop/web": { spec: { replicas: 6, strategy: { rollingUpdate: { maxUnavailable: 4 } } } },
    };
    expect(found({ Deployment: both }, catalog)).to.deep.equal([]);
  });

  it("may end pods at once that no Service selects", () => {
    const workers = { services: { workers: { ports: {}, workload: { image, replicas: 2 } } } };
    const patch = { spec: { strategy: { type: "Recreate" } } };
    expect(of("Deployment", "workers", patch, workers)).to.deep.equal([]);
  });

  it("let some pods be evicted, and never all", () => {
    const budget = (own: object): string[] => spec("PodDisruptionBudget", "web", own);
    const none = (value: string): string[] =>
      interrupts(`no pod may be evicted, so no node with one can be drained (${value}, 4 pods)`);
    const all = (value: string): string[] => interrupts(`all pods may be evicted at once (${value}, 4 pods)`);
    for (const maxUnavailable of [1, 3, "1%", "75%"]) {
      expect(budget({ maxUnavailable }), String(maxUnavailable)).to.deep.equal([]);
    }
    for (const maxUnavailable of [0, "0%"]) {
      expect(budget({ maxUnavailable })).to.deep.equal(none(`maxUnavailable ${maxUnavailable}`));
    }
    expect(budget({ maxUnavailable: 4 })).to.deep.equal(all("maxUnavailable 4"));
    const fewest = (minAvailable: unknown): string[] => budget({ maxUnavailable: null, minAvailable });
    for (const some of [1, 3, "50%", "75%"]) expect(fewest(some), String(some)).to.deep.equal([]);
    // A percentage is rounded up.
    for (const every of [4, "76%", "100%"]) {
      expect(fewest(every)).to.deep.equal(none(`minAvailable ${every}`));
    }
    expect(fewest(0)).to.deep.equal(all("minAvailable 0"));
    expect(budget({ maxUnavailable: null })).to.deep.equal(none("no minAvailable"));
  });

  it("count the fewest pods of an autoscaler, and leave it to choose", () => {
    const fewest = { maxUnavailable: null, minAvailable: 2 };
    expect(spec("PodDisruptionBudget", "api-v1", fewest)).to.deep.equal(
      interrupts("no pod may be evicted, so no node with one can be drained (minAvailable 2, 2 pods)"),
    );
    expect(spec("Deployment", "api-v1", { replicas: 3 })).to.deep.equal(
      interrupts("each deployment resets what the autoscaler has chosen to 3 replicas"),
    );
  });

  it("protect and scale the pods that the catalog says", () => {
    const selector = { matchLabels: { app: "api", version: "v1" } };
    expect(spec("PodDisruptionBudget", "web", { selector })).to.deep.equal(
      interrupts("it no longer protects the pods of shop/web"),
    );
    expect(
      spec("PodDisruptionBudget", "web", { selector: { matchLabels: { version: null } } }),
    ).to.deep.equal([]);
    expect(spec("HorizontalPodAutoscaler", "api-v1", { scaleTargetRef: { name: "web" } })).to.deep.equal(
      interrupts("it no longer scales the pods of shop/api-v1"),
    );
    // A target that does not exist is one finding.
    expect(
      spec("HorizontalPodAutoscaler", "api-v1", { scaleTargetRef: { name: "none" } }).map((line) =>
        line.slice(0, 5),
      ),
    ).to.deep.equal(["MW918"]);
  });
});

/** An override of the single container that the catalog renders for a workload. */
function container(name: string, change: object, kind = "Deployment"): string[] {
  const { mesh } = checkMesh({ ...base, ...catalog });
  const object = (mesh ? renderMesh(mesh) : []).find(
    (one) => one.kind === kind && one.metadata.name === name,
  ) as unknown as { spec: { template: { spec: { containers: object[] } } } };
  const containers = object.spec.template.spec.containers.map((one) => mergePatch(one, change));
  return spec(kind, name, { template: { spec: { containers } } });
}

describe("overrides of terminations", () => {
  const pod = (own: object): string[] => spec("Deployment", "api-v1", { template: { spec: own } });
  const killed = (after: number, needed = 65): string[] => [
    `MW373 with the override, the pods of "api" are killed after ${after}s, and need ${needed}s to end: a rollout aborts calls`,
  ];

  it("leave the grace period that the calls need", () => {
    expect(pod({ terminationGracePeriodSeconds: 65 })).to.deep.equal([]);
    expect(pod({ terminationGracePeriodSeconds: 600 })).to.deep.equal([]);
    expect(pod({ terminationGracePeriodSeconds: 64 })).to.deep.equal(killed(64));
    // Kubernetes' default.
    expect(pod({ terminationGracePeriodSeconds: null })).to.deep.equal(killed(30));
    expect(container("api-v1", { lifecycle: { preStop: { sleep: { seconds: 20 } } } })).to.deep.equal(
      killed(65, 80),
    );
  });

  it("leave the drain duration, however it is written", () => {
    const drain = (config: string | null): string[] =>
      spec("Deployment", "api-v1", {
        template: { metadata: { annotations: { "proxy.istio.io/config": config } } },
      });
    const shorter = [
      'MW373 with the override, the proxies of "api" drain for 5s, and a call may take 60s: a rollout aborts such calls',
    ];
    for (const config of ["terminationDrainDuration: 1m", '{"terminationDrainDuration": "90s"}']) {
      expect(drain(config), config).to.deep.equal([]);
    }
    for (const config of [null, "concurrency: 2", "terminationDrainDuration: 5s", "{"]) {
      expect(drain(config).slice(0, 1), String(config)).to.deep.equal(shorter);
    }
  });

  it("leave preStop, of which a command may replace the pause", () => {
    const seconds = (own: number): string[] =>
      container("api-v1", { lifecycle: { preStop: { sleep: { seconds: own } } } });
    const shorter = (after: number): string[] => [
      `MW373 with the override, preStop of "api" waits for ${after}s instead of 5s: callers send requests to pods that have ended`,
    ];
    expect(seconds(5)).to.deep.equal([]);
    expect(seconds(1)).to.deep.equal(shorter(1));
    expect(container("api-v1", { lifecycle: null })).to.deep.equal(shorter(0));
    const preStop = { sleep: null, exec: { command: ["/bin/drain"] } };
    expect(container("api-v1", { lifecycle: { preStop } })).to.deep.equal([]);
  });
});

describe("overrides of containers", () => {
  const misses = (...lost: string[]): string[] => [
    `MW376 the override leaves out settings of the pods that the catalog declares: ${lost.join("; ")}`,
  ];

  it("may add to what the catalog declares", () => {
    expect(container("api-v1", {})).to.deep.equal([]);
    const more = { limits: { memory: "1Gi" } };
    expect(
      container("api-v1", { resources: more, volumeMounts: [{ name: "a", mountPath: "/a" }] }),
    ).to.deep.equal([]);
    const startupProbe = { exec: { command: ["/bin/started"] } };
    const readinessProbe = { httpGet: null, exec: { command: ["/bin/ready"] } };
    expect(container("api-v1", { startupProbe, readinessProbe })).to.deep.equal([]);
  });

  it("leave probes, variables, resources and images", () => {
    const name = 'the container "api"';
    expect(container("api-v1", { readinessProbe: null })).to.deep.equal(
      misses(`${name} has no readinessProbe`),
    );
    expect(container("api-v1", { env: [{ name: "MORE", value: "1" }] })).to.deep.equal(
      misses(`${name} has no variable LEVEL`),
    );
    expect(container("api-v1", { resources: null })).to.deep.equal(
      misses(`${name} has no resources.requests.cpu`),
    );
    expect(container("api-v1", { image: "other:1" })).to.deep.equal(
      misses(`${name} has the image other:1 instead of ${image}`),
    );
  });

  it("leave other containers, and their volumes", () => {
    const volumes = [{ name: "cache", emptyDir: {} }];
    const side = { name: "side", image, volumeMounts: [{ name: "cache", mountPath: "/cache" }] };
    const { web, api } = base.services;
    const workload = { image, pod: { containers: [side], volumes } };
    const more = { services: { web, api: { ...api, workload } } };
    const patch = (own: object): string[] =>
      of("Deployment", "api", { spec: { template: { spec: own } } }, more);
    expect(patch({ volumes: [{ name: "other", emptyDir: {} }] })).to.deep.equal(
      misses('the volume "cache" is missing'),
    );
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
    const lifecycle = { preStop: { sleep: { seconds: 5 } } };
    const own = { name: "api", image, lifecycle, securityContext };
    expect(patch({ containers: [own] })).to.deep.equal(misses('the container "side" is missing'));
    expect(patch({ containers: [own, { ...side, volumeMounts: [], securityContext }] })).to.deep.equal(
      misses('the container "side" does not mount /cache'),
    );
  });
});
