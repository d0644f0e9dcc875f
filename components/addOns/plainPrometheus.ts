import type { Manifest } from "../../mesh";
import { tools } from "../../observability";
import { apart } from "../apart";
import type { PlainPrometheusValues } from "../observabilityValues";
import { alertmanagerConfigs } from "./alertmanagers";
import { confined, scraping, type Context } from "./context";
import { retained } from "./retention";

/** Values of Prometheus without the operator, whose rules are files. */
export function plainPrometheus(
  { prometheus = {}, imageRegistry, storageClass }: Context,
  rules: readonly Manifest[],
): PlainPrometheusValues {
  const { replicas = 1, storage, alertmanagers, resources, exposure } = prometheus;
  const { service, port } = tools.prometheus;
  const off = { enabled: false };
  return {
    serviceAccounts: { server: { name: service } },
    alertmanager: off,
    "kube-state-metrics": off,
    "prometheus-node-exporter": off,
    "prometheus-pushgateway": off,
    configmapReload: {
      prometheus: {
        containerSecurityContext: confined,
        ...(imageRegistry !== undefined && {
          image: { repository: `${imageRegistry}/prometheus-operator/prometheus-config-reloader` },
        }),
      },
    },
    // It monitors the mesh: its own metrics, and every pod with the injector's annotations.
    scrapeConfigs: Object.fromEntries(clusterJobs.map((job) => [job, off])),
    server: {
      fullnameOverride: service,
      ...(imageRegistry !== undefined && { image: { repository: `${imageRegistry}/prometheus/prometheus` } }),
      ...retained(prometheus),
      ...(resources && { resources }),
      podLabels: { app: service },
      podAnnotations: scraping,
      containerSecurityContext: confined,
      global: { scrape_interval: "15s", evaluation_interval: "30s" },
      service: { servicePort: port },
      persistentVolume:
        storage === undefined
          ? off
          : { enabled: true, size: storage, ...(storageClass !== undefined && { storageClass }) },
      ...(replicas > 1 && {
        replicaCount: replicas,
        statefulSet: { enabled: true },
        podDisruptionBudget: { enabled: true },
        affinity: apart({ app: service }),
      }),
      ...(alertmanagers && { alertmanagers: alertmanagerConfigs(alertmanagers) }),
      ...(exposure && { baseURL: `https://${exposure.host}` }),
    },
    // A file that the chart's Prometheus configuration reads.
    serverFiles: {
      "alerting_rules.yml": { groups: rules.flatMap(({ spec }) => (spec as { groups: object[] }).groups) },
    },
  };
}

/** Scrape jobs of the chart `prometheus` that are turned off: nodes, the API server, annotated Services. */
const clusterJobs = [
  "kubernetes-api-servers",
  "kubernetes-nodes",
  "kubernetes-nodes-cadvisor",
  "kubernetes-pods-slow",
  "kubernetes-service-endpoints",
  "kubernetes-service-endpoints-slow",
  "kubernetes-services",
  "prometheus-pushgateway",
];
