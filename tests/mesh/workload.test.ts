import { expect } from "chai";
import type { Manifest } from "../../mesh";
import { find, http, metadata, render } from "./render";

describe("workload", () => {
  let objects: Manifest[];
  beforeEach(() => {
    objects = render({
      name: "shop",
      services: {
        web: {
          ports: { http: { ...http, targetPort: 80 } },
          versions: { v1: {}, v2: { image: "web:2", replicas: 1 } },
          traffic: { weights: { v1: 90, v2: 10 } },
          sidecar: {
            resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "2", memory: "1Gi" } },
          },
          workload: {
            image: "web:1",
            replicas: 3,
            env: { LEVEL: "info", COLOR: "blue" },
            resources: { requests: { cpu: "50m" }, limits: { memory: "64Mi" } },
          },
        },
        api: { ports: { http }, workload: { image: "api:1" } },
        batch: {
          ports: { http },
          workload: {
            image: "batch:1",
            autoscaling: { minReplicas: 2, maxReplicas: 5, averageUtilization: 80 },
            resources: { requests: { cpu: "50m" } },
          },
        },
      },
    });
  });

  it("is one for each version", () => {
    const labels = { app: "web", version: "v2" };
    expect(find(objects, "Deployment", "web-v2")).to.deep.equal({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata("web-v2", "services.web", labels),
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: {
            labels,
            annotations: {
              "sidecar.istio.io/proxyCPU": "100m",
              "sidecar.istio.io/proxyCPULimit": "2",
              "sidecar.istio.io/proxyMemory": "128Mi",
              "sidecar.istio.io/proxyMemoryLimit": "1Gi",
            },
          },
          spec: {
            serviceAccountName: "web",
            securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
            containers: [
              {
                name: "web",
                image: "web:2",
                ports: [{ name: "http", containerPort: 80 }],
                env: [
                  { name: "COLOR", value: "blue" },
                  { name: "LEVEL", value: "info" },
                ],
                resources: { requests: { cpu: "50m" }, limits: { memory: "64Mi" } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
              },
            ],
            topologySpreadConstraints: [
              {
                maxSkew: 1,
                topologyKey: "topology.kubernetes.io/zone",
                whenUnsatisfiable: "ScheduleAnyway",
                labelSelector: { matchLabels: labels },
              },
            ],
          },
        },
      },
    });
    const first = find(objects, "Deployment", "web-v1");
    expect(first).to.have.nested.property("spec.replicas", 3);
    expect(first).to.have.nested.property("spec.template.spec.containers[0].image", "web:1");
  });

  it("is named after a service without versions, whose pods still have a version for the telemetry", () => {
    expect(find(objects, "Deployment", "api").metadata.labels).to.include({ app: "api", version: "v1" });
    expect(find(objects, "Deployment", "api")).to.have.nested.property("spec.replicas", 2);
  });

  it("has no annotations where the catalog says nothing about the proxies", () => {
    expect(find(objects, "Deployment", "api")).to.have.deep.nested.property("spec.template.metadata", {
      labels: { app: "api", version: "v1" },
    });
  });

  it("leaves the number of pods to the autoscaler where there is one", () => {
    expect(find(objects, "Deployment", "batch")).to.not.have.nested.property("spec.replicas");
  });

  it("runs as the user that the catalog names, for images that would run as root", () => {
    const workload = { image: "redis:8", runAsUser: 999 };
    const objects = render({ name: "shop", services: { cache: { ports: { http }, workload } } });
    expect(find(objects, "Deployment", "cache")).to.have.deep.nested.property(
      "spec.template.spec.securityContext",
      { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: "RuntimeDefault" } },
    );
  });

  it("asks of each port what it speaks, at the container's own number, with Kubernetes' own defaults", () => {
    const probes = {
      startup: { port: "redis", period: "2s", failureThreshold: 30 },
      readiness: { port: "http", path: "/ready", period: "5s", timeout: "3s" },
      liveness: { port: "grpc" },
    } as const;
    const ports = {
      http: { port: 80, targetPort: 8080, protocol: "http" },
      grpc: { port: 9000, targetPort: 9001, protocol: "grpc" },
      redis: { port: 6379, protocol: "redis" },
    } as const;
    const traffic = { weights: { v2: 100 } };
    const found = find(
      render({
        name: "shop",
        services: { web: { ports, versions: { v2: {} }, traffic, workload: { image: "web:1", probes } } },
      }),
      "Deployment",
      "web-v2",
    );
    expect(found).to.have.deep.nested.property("spec.template.spec.containers", [
      {
        name: "web",
        image: "web:1",
        ports: [
          { name: "http", containerPort: 8080 },
          { name: "redis", containerPort: 6379 },
          { name: "grpc", containerPort: 9001 },
        ],
        startupProbe: {
          tcpSocket: { port: 6379 },
          periodSeconds: 2,
          timeoutSeconds: 1,
          failureThreshold: 30,
        },
        readinessProbe: {
          httpGet: { path: "/ready", port: 8080 },
          periodSeconds: 5,
          timeoutSeconds: 3,
          failureThreshold: 3,
        },
        livenessProbe: { grpc: { port: 9001 }, periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      },
    ]);
  });

  it("asks only whether an HTTP port takes a connection where no path is given", () => {
    const workload = { image: "web:1", probes: { readiness: {} } };
    const objects = render({ name: "shop", services: { web: { ports: { http }, workload } } });
    expect(find(objects, "Deployment", "web")).to.have.deep.nested.property(
      "spec.template.spec.containers[0].readinessProbe",
      { tcpSocket: { port: http.port }, periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3 },
    );
  });

  it("adds the catalog's labels and annotations to the pods, but selects by none of them", () => {
    const labels = { tier: "backend" };
    const annotations = { "prometheus.io/port": "8080" };
    const found = find(
      render({
        name: "shop",
        services: { web: { ports: { http }, workload: { image: "web:1", labels, annotations } } },
      }),
      "Deployment",
      "web",
    );
    const own = { app: "web", version: "v1" };
    expect(found.metadata).to.deep.equal(metadata("web", "services.web", { ...own, ...labels }));
    expect(found).to.have.deep.nested.property("spec.selector", { matchLabels: own });
    expect(found).to.have.deep.nested.property("spec.template.metadata", {
      labels: { ...own, ...labels },
      annotations,
    });
  });
});

describe("a workload's kind", () => {
  const leastPrivilege = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
  let objects: Manifest[];
  beforeEach(() => {
    objects = render({
      name: "shop",
      services: {
        report: {
          workload: {
            image: "report:1",
            kind: "CronJob",
            schedule: "0 3 * * *",
            env: {
              LEVEL: "info",
              DB_PASSWORD: { valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
            },
          },
          calls: { db: {}, web: {} },
        },
        migrate: { workload: { image: "migrate:1", kind: "Job", replicas: 3 }, calls: { db: {} } },
        db: {
          ports: { db: { port: 5432, protocol: "tcp" } },
          workload: {
            kind: "StatefulSet",
            image: "db:1",
            replicas: 1,
            volumeClaimTemplates: {
              wal: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
              data: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
            },
            pod: { containers: [{ name: "db", volumeMounts: [{ name: "data", mountPath: "/data" }] }] },
          },
        },
        web: {
          ports: { http },
          resilience: { timeout: "60s" },
          workload: {
            image: "web:1",
            annotations: { "proxy.istio.io/config": "concurrency: 2" },
            pod: {
              imagePullSecrets: [{ name: "registry" }],
              initContainers: [{ name: "wait", image: "wait:1" }],
              containers: [
                { name: "web", args: ["--fast"], securityContext: { readOnlyRootFilesystem: true } },
              ],
            },
          },
        },
      },
    });
  });
  const pod = (service: string, spec: object): object => ({
    serviceAccountName: service,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    ...spec,
  });

  it("is a CronJob with its schedule, a native sidecar and variables from Secrets", () => {
    const labels = { app: "report", version: "v1" };
    expect(find(objects, "CronJob", "report")).to.deep.equal({
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata: metadata("report", "services.report", labels),
      spec: {
        schedule: "0 3 * * *",
        jobTemplate: {
          spec: {
            template: {
              metadata: { labels, annotations: { "sidecar.istio.io/nativeSidecar": "true" } },
              spec: pod("report", {
                restartPolicy: "OnFailure",
                containers: [
                  {
                    name: "report",
                    image: "report:1",
                    env: [
                      { name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } },
                      { name: "LEVEL", value: "info" },
                    ],
                    securityContext: leastPrivilege,
                  },
                ],
              }),
            },
          },
        },
      },
    });
  });

  it("is a CronJob whose schedule has a time zone", () => {
    const workload = {
      image: "report:1",
      kind: "CronJob" as const,
      schedule: "0 3 * * *",
      timeZone: "Europe/Berlin",
    };
    const own = render({ name: "shop", services: { report: { workload } } });
    expect(find(own, "CronJob", "report")).to.deep.nested.include({
      "spec.schedule": "0 3 * * *",
      "spec.timeZone": "Europe/Berlin",
    });
    expect(find(objects, "CronJob", "report")).not.to.have.nested.property("spec.timeZone");
  });

  it("is a Job that runs as many pods as it has replicas", () => {
    expect(find(objects, "Job", "migrate")).to.have.property("apiVersion", "batch/v1");
    expect(find(objects, "Job", "migrate")).to.deep.nested.include({
      "spec.completions": 3,
      "spec.parallelism": 3,
      "spec.template.spec.restartPolicy": "OnFailure",
    });
    expect(objects.filter(({ kind }) => kind === "PodDisruptionBudget")).to.have.lengthOf(1);
  });

  it("is a StatefulSet with a headless Service, which its callers reach with the same settings, and its claims", () => {
    const statefulSet = find(objects, "StatefulSet", "db");
    expect(statefulSet).to.deep.nested.include({
      "spec.serviceName": "db-headless",
      "spec.volumeClaimTemplates": [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Gi" } } },
        },
        {
          metadata: { name: "wal" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
      "spec.template.spec.containers[0].volumeMounts": [{ name: "data", mountPath: "/data" }],
      "spec.template.spec.containers[0].securityContext": leastPrivilege,
    });
    expect(find(objects, "Service", "db-headless").spec).to.deep.equal({
      clusterIP: "None",
      publishNotReadyAddresses: true,
      selector: { app: "db" },
      ports: [{ name: "db", port: 5432, targetPort: 5432, protocol: "TCP", appProtocol: "tcp" }],
    });
    expect(find(objects, "DestinationRule", "db-headless").spec).to.deep.equal({
      ...(find(objects, "DestinationRule", "db").spec as object),
      host: "db-headless.shop.svc.cluster.local",
    });
    expect(find(objects, "Sidecar", "migrate")).to.have.deep.nested.property("spec.egress[0].hosts", [
      "shop/db-headless.shop.svc.cluster.local",
      "shop/db.shop.svc.cluster.local",
    ]);
  });

  it("has a fragment of a pod over it that loses no restriction, and drains as long as its calls may take", () => {
    const { template } = find(objects, "Deployment", "web").spec as { template: object };
    const labels = { app: "web", version: "v1" };
    expect(template).to.deep.equal({
      metadata: {
        labels,
        annotations: { "proxy.istio.io/config": "terminationDrainDuration: 60s\nconcurrency: 2" },
      },
      spec: pod("web", {
        terminationGracePeriodSeconds: 65,
        imagePullSecrets: [{ name: "registry" }],
        initContainers: [{ name: "wait", image: "wait:1", securityContext: leastPrivilege }],
        containers: [
          {
            name: "web",
            image: "web:1",
            args: ["--fast"],
            ports: [{ name: "http", containerPort: 8080 }],
            lifecycle: { preStop: { sleep: { seconds: 5 } } },
            securityContext: { ...leastPrivilege, readOnlyRootFilesystem: true },
          },
        ],
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "topology.kubernetes.io/zone",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: labels },
          },
        ],
      }),
    });
  });
});
