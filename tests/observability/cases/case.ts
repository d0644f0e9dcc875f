import type { MeshDefinition } from "../../../catalog";
import { series } from "../../../observability/promql";
import type { RecordName } from "../../../observability/rules/records";

/** What Prometheus must make of some synthetic series. */
export type RuleCase = {
  /** What it shows. */
  readonly shows: string;
  /** Series by selector; values as promtool writes them: `0+60x30` is one more each second, for 30 minutes. */
  readonly series: Readonly<Record<string, string>>;
  /** Time between two samples. Default: 1m. */
  readonly every?: string;
  /** Time between two evaluations of the rules. Default: that of its concern. */
  readonly evaluated?: string;
  /** When it looks, from the first sample on. */
  readonly at: string;
} & (
  | {
      readonly alert: string;
      /** Every alert of that name; none when it has to be silent. */
      readonly fires: readonly Fired[];
    }
  | {
      readonly record: RecordName;
      /** Every value of that series; none when there must not be one. */
      readonly gives: readonly {
        readonly labels: Readonly<Record<string, string>>;
        readonly value: number;
      }[];
    }
);

export interface Fired {
  readonly severity: "critical" | "warning" | "info";
  readonly labels?: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

/** The mesh whose rules are tested: thresholds of its own, and of two services. */
export const shop: MeshDefinition = {
  name: "shop",
  alerts: { errorRate: 5, p99: "1s", mtlsShare: 95, availability: 99.9 },
  services: {
    web: { ports: { http: { port: 80, protocol: "http" } }, calls: { api: {}, report: {}, db: {} } },
    api: { ports: { http: { port: 80, protocol: "http" } } },
    report: {
      ports: { http: { port: 80, protocol: "http" } },
      alerts: { errorRate: 20, p99: "20s", mtlsShare: 50, availability: 99 },
    },
    db: { ports: { postgres: { port: 5432, protocol: "tcp" } } },
  },
};

/** The labels by which a service is told from others. */
export function to(service: string, namespace = "shop") {
  return {
    destination_service: `${service}.${namespace}.svc.cluster.local`,
    destination_service_name: service,
    destination_service_namespace: namespace,
  } as const;
}

interface Call {
  readonly reporter?: "source" | "destination";
  readonly code?: string;
  readonly grpc?: string;
  readonly flags?: string;
  readonly policy?: string;
  readonly from?: string;
  readonly namespace?: string;
  /** The caller's. */
  readonly cluster?: string;
}

/** Labels of what Prometheus reads from a pod. */
export const target = (pod: string, job = "proxies") => ({ pod, job, instance: `${pod}:15020` }) as const;

/** Whether a pod answers Prometheus. */
export const answers = (pod: string, job?: string): string => series("up", target(pod, job));

/** Requests to a service; by default answered well, over mutual TLS, from web, as its proxy reports it. */
export function requests(service: string, call: Call = {}): string {
  const { reporter = "source", code = "200", grpc, flags = "-", policy = "mutual_tls", from = "web" } = call;
  return series("istio_requests_total", {
    namespace: "shop",
    ...target(reporter === "source" ? `${from}-1` : `${service}-1`),
    reporter,
    source_workload: from,
    source_workload_namespace: "shop",
    ...(call.cluster !== undefined && { source_cluster: call.cluster }),
    ...to(service, call.namespace),
    response_code: code,
    ...(grpc !== undefined && { grpc_response_status: grpc }),
    response_flags: flags,
    connection_security_policy: policy,
  });
}

/** Durations of requests to a service: those up to so many milliseconds. */
export function durations(service: string, le: string): string {
  return series("istio_request_duration_milliseconds_bucket", {
    reporter: "source",
    ...to(service),
    le,
  });
}

export const host = (service: string): { readonly destination_service: string } => ({
  destination_service: to(service).destination_service,
});
