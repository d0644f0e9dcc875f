import { expect } from "chai";
import { kubernetesRefusals } from "../../checks/kubernetesRefusals";
import { knownObject } from "../../effect";
import { checkMesh, renderMesh } from "../../mesh";
import { platformNames, platforms } from "../../platforms";
import { found } from "./overriding";

const pods = (spec: object, labels: object = { app: "api" }): object => ({
  selector: { matchLabels: { app: "api" } },
  template: { metadata: { labels }, spec },
});
const container = (own: object, spec: object = {}): object => pods({ containers: [own], ...spec });
const at = "spec.template.spec.containers[0]";

const versions: Readonly<Record<string, string>> = {
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  PodDisruptionBudget: "policy/v1",
  HorizontalPodAutoscaler: "autoscaling/v2",
  Job: "batch/v1",
  CronJob: "batch/v1",
  Rollout: "argoproj.io/v1alpha1",
};

describe("what the API server refuses of Kubernetes' own objects", () => {
  const cases: [kind: string, spec: object, refused: string[]][] = [
    ["Deployment", pods({}), []],
    [
      "Deployment",
      pods({}, { app: "other" }),
      ["spec.template.metadata.labels: the selector has app=api, and the pods do not"],
    ],
    ["StatefulSet", { ...pods({}), replicas: -1 }, ["spec.replicas: must be >= 0"]],
    ["Deployment", { ...pods({}), strategy: { type: "Recreate" } }, []],
    [
      "Deployment",
      { ...pods({}), strategy: { type: "Recreate", rollingUpdate: { maxSurge: 1 } } },
      ["spec.strategy: rollingUpdate can't be set with the type Recreate"],
    ],
    ["Deployment", { ...pods({}), strategy: { rollingUpdate: { maxUnavailable: 0 } } }, []],
    [
      "Deployment",
      { ...pods({}), strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: "0%" } } },
      ["spec.strategy.rollingUpdate: maxUnavailable and maxSurge can't both be 0"],
    ],
    ["Deployment", container({ resources: { requests: { cpu: "1" }, limits: { cpu: "1000m" } } }), []],
    [
      "Deployment",
      container({ resources: { requests: { memory: "2Gi" }, limits: { memory: "1Gi" } } }),
      [`${at}.resources: the request of memory is 2Gi, and the limit 1Gi`],
    ],
    ["Deployment", container({ lifecycle: { preStop: { sleep: { seconds: 30 } } } }), []],
    [
      "Deployment",
      container({ lifecycle: { preStop: { sleep: { seconds: 5 } } } }, { terminationGracePeriodSeconds: 4 }),
      [`${at}.lifecycle.preStop.sleep.seconds: must be at most terminationGracePeriodSeconds, which is 4`],
    ],
    ["Job", { template: { spec: { restartPolicy: "Never" } } }, []],
    [
      "CronJob",
      { jobTemplate: { spec: { template: { spec: {} } } } },
      ["spec.jobTemplate.spec.template.spec.restartPolicy: must be OnFailure or Never"],
    ],
    ["PodDisruptionBudget", { maxUnavailable: 1 }, []],
    [
      "PodDisruptionBudget",
      { maxUnavailable: 1, minAvailable: 1 },
      ["spec: only one of minAvailable, maxUnavailable can be set"],
    ],
    ["HorizontalPodAutoscaler", { minReplicas: 1, maxReplicas: 1 }, []],
    ["HorizontalPodAutoscaler", { maxReplicas: 0 }, ["spec.maxReplicas: must be >= 1"]],
    [
      "HorizontalPodAutoscaler",
      { minReplicas: 3, maxReplicas: 2 },
      ["spec.maxReplicas: must be at least minReplicas, which is 3"],
    ],
    [
      "HorizontalPodAutoscaler",
      { minReplicas: 0, maxReplicas: 2, metrics: [{ type: "Resource" }] },
      ["spec.minReplicas: must be >= 1 with these metrics"],
    ],
    ["HorizontalPodAutoscaler", { minReplicas: 0, maxReplicas: 2, metrics: [{ type: "External" }] }, []],
    ["Service", { replicas: -1 }, []],
    // Other controllers have rules of their own.
    ["Rollout", container({ resources: { requests: { cpu: "2" }, limits: { cpu: "1" } } }), []],
  ];
  for (const [kind, spec, refused] of cases) {
    it(`is ${refused.join(", ") || "nothing"}: ${kind} ${JSON.stringify(spec)}`, () => {
      const apiVersion = versions[kind] ?? "v1";
      const object = knownObject({ apiVersion, kind, metadata: { name: "api" }, spec });
      expect(kubernetesRefusals(object)).to.deep.equal(refused);
    });
  }

  it("is nothing of what the platforms render", () => {
    for (const name of platformNames) {
      const { mesh } = checkMesh(platforms[name].catalog("prod", {}));
      const refused = (mesh ? renderMesh(mesh) : []).flatMap((one) => kubernetesRefusals(knownObject(one)));
      expect(refused, name).to.deep.equal([]);
    }
  });

  it("is an error of the override, and the only finding", () => {
    const template = { metadata: { labels: { app: "other" } } };
    expect(found({ Deployment: { "shop/api": { spec: { template } } } })).to.deep.equal([
      'MW369 Deployment["shop/api"]: the API server refuses the overridden object: spec.template.metadata.labels: the selector has app=api, and the pods do not',
    ]);
  });
});
