import type { V1Pod } from "@kubernetes/client-node";
import { type Tool, tools } from "../observability/tools";
import { isMarkedReady } from "../sandbox/podReady";

/** An add-on with pages, which `meshwright open` opens. */
export interface AddOn {
  /** Its name in messages. */
  readonly title: string;
  /** The port that its container listens on. The same local port is forwarded if it is free. */
  readonly port: number;
  /** Path of its first page. */
  readonly path: string;
}

const titles: Readonly<Record<Tool, string>> = {
  kiali: "Kiali",
  grafana: "Grafana",
  jaeger: "Jaeger",
  prometheus: "Prometheus",
};

/** The add-ons, keyed by the names that `meshwright open` accepts. */
export const addOns = Object.fromEntries(
  (Object.keys(titles) as Tool[]).map((name) => {
    const { targetPort: port, path } = tools[name];
    return [name, { title: titles[name], port, path }];
  }),
) as Readonly<Record<Tool, AddOn>>;

export type AddOnName = Tool;

export const addOnNames = Object.keys(addOns) as AddOnName[];

/** The add-on that an object's labels name: `app.kubernetes.io/name`, or the older label `app`. */
export function addOnOf(labels: Readonly<Record<string, string>> = {}): AddOnName | undefined {
  const name = labels["app.kubernetes.io/name"] ?? labels.app;
  return addOnNames.find((one) => one === name);
}

/** Whether an object belongs to the add-ons, also one without pages, such as the Prometheus operator. */
export function belongsToAddOns(labels: Readonly<Record<string, string>> = {}): boolean {
  return (
    addOnOf(labels) !== undefined ||
    labels["app.kubernetes.io/name"] === "opentelemetry-collector" ||
    labels["app.kubernetes.io/component"] === "prometheus-operator"
  );
}

/** Whether a pod is ready and not terminating. */
export function isReady(pod: V1Pod): boolean {
  return pod.metadata?.deletionTimestamp === undefined && isMarkedReady(pod);
}
