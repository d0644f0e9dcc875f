import { stackName, tools } from "../../observability";
import type { KubePrometheusStackValues } from "../observabilityValues";
import { alertmanagerConfigs } from "./alertmanagers";
import { claim, registry, scraping, type Context } from "./context";
import { retained } from "./retention";

/** Values of Prometheus with its operator. */
export function kubePrometheusStack({
  prometheus = {},
  imageRegistry,
  storageClass,
}: Context): KubePrometheusStackValues {
  const { replicas = 1, storage, alertmanagers, resources, exposure } = prometheus;
  const { service } = tools.prometheus;
  const off = { enabled: false };
  const none = { selfMonitor: false };
  return {
    nameOverride: stackName,
    fullnameOverride: stackName,
    ...registry(imageRegistry),
    // It monitors the mesh. Nodes and kubelets are monitored separately.
    defaultRules: { create: false },
    alertmanager: off,
    grafana: off,
    kubeApiServer: off,
    kubelet: off,
    kubeControllerManager: off,
    coreDns: off,
    kubeEtcd: off,
    kubeScheduler: off,
    kubeProxy: off,
    kubeStateMetrics: off,
    nodeExporter: off,
    prometheusOperator: {
      // The API server is not in the mesh, so it could not call a webhook behind a sidecar.
      admissionWebhooks: off,
      tls: off,
      kubeletService: off,
      serviceMonitor: none,
      resources: { requests: { cpu: "50m", memory: "64Mi" } },
    },
    prometheus: {
      serviceAccount: { name: service },
      serviceMonitor: none,
      ...(replicas > 1 && { podDisruptionBudget: { enabled: true, minAvailable: 1 } }),
      prometheusSpec: {
        replicas,
        ...retained(prometheus),
        ...(resources && { resources }),
        ...(storage !== undefined && {
          storageSpec: { volumeClaimTemplate: { spec: claim(storage, storageClass) } },
        }),
        podMetadata: { labels: { app: service }, annotations: scraping },
        ...(exposure && { externalUrl: `https://${exposure.host}` }),
        ...(alertmanagers && { additionalAlertManagerConfigs: alertmanagerConfigs(alertmanagers) }),
        // Rules and monitors are separate objects, not part of the chart.
        ruleSelectorNilUsesHelmValues: false,
        serviceMonitorSelectorNilUsesHelmValues: false,
        podMonitorSelectorNilUsesHelmValues: false,
      },
    },
  };
}
