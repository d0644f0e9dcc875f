import { type Change, type Mutation, put } from "./mutation";
import { matching, servicesOf, workloadsOf } from "./places";

const autoscaling = { minReplicas: 3, maxReplicas: 5, averageUtilization: 80 };

export const workloads: readonly Mutation[] = [
  {
    code: "MW340",
    mistake: "a service that runs under the account of another one",
    also: ["MW340"],
    *mutants(catalog) {
      const all = servicesOf(catalog);
      for (const { name, place, service } of all) {
        for (const other of all) {
          if (name === other.name || other.service.namespace !== service.namespace) continue;
          const own = Object.keys(service.calls ?? {});
          if (Object.keys(other.service.calls ?? {}).every((callee) => own.includes(callee))) continue;
          yield {
            at: [...place, "serviceAccount"],
            changes: [[[...place, "serviceAccount"], { name: other.name }]],
          };
          break;
        }
      }
    },
  },
  {
    code: "MW341",
    mistake: "a service that selects the pods of another one",
    also: ["MW342", "MW375"],
    *mutants(catalog) {
      const all = servicesOf(catalog);
      for (const { name, place, service } of all) {
        const other = all.find((one) => one.name !== name && one.service.namespace === service.namespace);
        if (!other) continue;
        yield {
          at: [...place, "selector"],
          changes: [[[...place, "selector"], { app: other.name, tier: "other" }]],
        };
      }
    },
  },
  {
    code: "MW342",
    mistake: "a label of a workload that its selector decides",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        for (const label of ["app", "version"]) yield put([...place, "labels", label], "other");
      }
    },
  },
  {
    code: "MW374",
    mistake: "versions that no label tells apart in metrics",
    also: ["MW341", "MW342"],
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        const versions = Object.keys(service.versions ?? {});
        if (versions.length < 2) continue;
        const at = [...place, "versions"];
        yield { at, changes: versions.map((version) => [[...at, version, "labels"], { track: version }]) };
      }
    },
  },
  {
    code: "MW375",
    mistake: "a service with the canonical name of another one",
    also: ["MW342"],
    *mutants(catalog) {
      const all = servicesOf(catalog);
      for (const { name, place } of all) {
        const other = all.find((one) => one.name !== name);
        if (!other) continue;
        const [, later = name] = [name, other.name].sort();
        const selector = { "app.kubernetes.io/name": other.name };
        yield { at: ["services", later, "selector"], changes: [[[...place, "selector"], selector]] };
      }
    },
  },
  {
    code: "MW343",
    mistake: "a port of the proxy's",
    also: ["MW302", "MW310"],
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        for (const port of Object.keys(service.ports ?? {})) {
          for (const number of [15000, 15001, 15006, 15008, 15020, 15021, 15053, 15090]) {
            yield put([...place, "ports", port, "targetPort"], number);
          }
        }
      }
      for (const [name, { hosts }] of Object.entries(catalog.gateways ?? {})) {
        for (const host of Object.keys(hosts)) {
          for (const number of [15000, 15020, 15021, 15090]) {
            yield put(["gateways", name, "hosts", host, "port"], number);
          }
        }
      }
    },
  },
  {
    code: "MW344",
    mistake: "a pod that is killed before its calls have ended",
    *mutants(catalog) {
      const called = new Set(servicesOf(catalog).flatMap(({ service }) => Object.keys(service.calls ?? {})));
      for (const { name, place, service } of servicesOf(catalog)) {
        if (!service.workload || !called.has(name)) continue;
        yield put([...place, "workload", "pod", "terminationGracePeriodSeconds"], 6);
      }
    },
  },
  {
    code: "MW345",
    mistake: "a pod under another account than the service's",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        yield put([...place, "pod", "serviceAccountName"], "other");
        yield put([...place, "pod", "serviceAccount"], "other");
      }
    },
  },
  {
    code: "MW345",
    mistake: "a pod in the network of its node, or with a container that only kubectl debug adds",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        yield put([...place, "pod", "hostNetwork"], true);
        yield put([...place, "pod", "ephemeralContainers"], [{ name: "debug", image: "busybox:1" }]);
      }
    },
  },
  {
    code: "MW346",
    mistake: "a schedule of pods that run all the time",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) yield put([...place, "schedule"], "0 3 * * *");
    },
  },
  {
    code: "MW909",
    mistake: "a pod that runs as root although it must not, or mounts a volume that it does not have",
    *mutants(catalog) {
      for (const { name, place, service } of servicesOf(catalog)) {
        if (!service.workload) continue;
        const at = [...place, "workload", "pod"];
        yield { at, changes: [[[...at, "securityContext"], { runAsUser: 0 }]] };
        const mount = { name, volumeMounts: [{ name: "zz-missing", mountPath: "/zz" }] };
        yield { at, changes: [[[...at, "containers"], [mount]]] };
      }
    },
  },
  {
    code: "MW901",
    mistake: "more replicas at least than at most",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        const at = [...place, "autoscaling"];
        const resources: Change = [[...place, "resources"], { requests: { cpu: "100m" } }];
        yield { at: [...at, "maxReplicas"], changes: [resources, [at, { ...autoscaling, minReplicas: 6 }]] };
      }
    },
  },
  {
    code: "MW902",
    mistake: "an autoscaler of pods that request no CPU",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        const resources = [...place, "resources"];
        yield {
          at: [...resources, "requests", "cpu"],
          changes: [
            [resources, { requests: { memory: "1Gi" } }],
            [[...place, "autoscaling"], autoscaling],
          ],
        };
      }
    },
  },
  {
    code: "MW336",
    mistake: "a proxy whose memory limit is below what it needs to start",
    *mutants(catalog) {
      for (const { place } of servicesOf(catalog)) {
        const at = [...place, "sidecar", "resources"];
        yield {
          at: [...at, "limits", "memory"],
          changes: [[at, { requests: { memory: "32Mi" }, limits: { memory: "61Mi" } }]],
        };
      }
    },
  },
  {
    code: "MW903",
    mistake: "a container or proxy that requests more than its limit",
    *mutants(catalog) {
      const places = servicesOf(catalog).map(({ place }) => [...place, "sidecar"]);
      for (const place of [...workloadsOf(catalog), ...places]) {
        const at = [...place, "resources"];
        yield {
          at: [...at, "requests", "memory"],
          changes: [[at, { requests: { memory: "1Gi" }, limits: { memory: "1023Mi" } }]],
        };
        yield {
          at: [...at, "requests", "cpu"],
          changes: [[at, { requests: { cpu: "2" }, limits: { cpu: "1999m" } }]],
        };
      }
    },
  },
  {
    code: "MW904",
    mistake: "an image that moves",
    *mutants(catalog) {
      const ofVersions = [...matching(catalog, "services.*.versions.*")].map(({ place }) => place);
      for (const place of [...workloadsOf(catalog), ...ofVersions]) {
        for (const image of ["web", "web:latest", "registry.example.com:5000/web", "web:main"]) {
          yield put([...place, "image"], image);
        }
      }
    },
  },
  {
    code: "MW905",
    mistake: "a label or annotation that Kubernetes refuses",
    *mutants(catalog) {
      for (const place of workloadsOf(catalog)) {
        yield put([...place, "labels", "team"], "Shop Team");
        yield put([...place, "labels", "-team"], "shop");
        yield put([...place, "annotations", "example.com/"], "anything");
      }
    },
  },
  {
    code: "MW906",
    mistake: "a probe with a path of a port that doesn't speak HTTP",
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        if (!service.workload) continue;
        for (const [port, { protocol }] of Object.entries(service.ports ?? {})) {
          if (protocol === "http" || protocol === "http2") continue;
          const probe = [...place, "workload", "probes", "readiness"];
          yield { at: [...probe, "path"], changes: [[probe, { port, path: "/ready" }]] };
        }
      }
    },
  },
  {
    code: "MW907",
    mistake: "a container that is started again for what takes it out of traffic",
    *mutants(catalog) {
      for (const { place, service } of servicesOf(catalog)) {
        if (!service.workload) continue;
        for (const port of Object.keys(service.ports ?? {})) {
          const probes = [...place, "workload", "probes"];
          yield {
            at: [...probes, "liveness"],
            changes: [[probes, { readiness: { port }, liveness: { port } }]],
          };
        }
      }
    },
  },
];
