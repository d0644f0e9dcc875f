import type { V1Pod } from "@kubernetes/client-node";

/** A tool that stands beside the mesh, and how to find and open it. */
export interface Addon {
  /** As people write it. */
  readonly title: string;
  /** The port its container listens on, and the one of this machine that it gets if that is free. */
  readonly port: number;
  /** Where its pages begin. */
  readonly path: string;
}

/** The tools by the names that `meshwright open` takes. */
export const addons = {
  kiali: { title: "Kiali", port: 20001, path: "/kiali" },
  grafana: { title: "Grafana", port: 3000, path: "/" },
  jaeger: { title: "Jaeger", port: 16686, path: "/" },
  prometheus: { title: "Prometheus", port: 9090, path: "/" },
} as const satisfies Record<string, Addon>;

export type AddonName = keyof typeof addons;

export const addonNames = Object.keys(addons) as AddonName[];

/** Which tool an object's labels say it is: by the name that charts give today, or by the older label. */
export function addonOf(labels: Readonly<Record<string, string>> = {}): AddonName | undefined {
  const name = labels["app.kubernetes.io/name"] ?? labels.app;
  return addonNames.find((one) => one === name);
}

/** Whether an object is one of the tools, or works for them: what nobody opens. */
export function belongsToAddons(labels: Readonly<Record<string, string>> = {}): boolean {
  return (
    addonOf(labels) !== undefined ||
    labels["app.kubernetes.io/name"] === "opentelemetry-collector" ||
    labels["app.kubernetes.io/component"] === "prometheus-operator"
  );
}

/** Whether a pod is up and answers its probes. */
export function isReady({ metadata, status }: V1Pod): boolean {
  return (
    metadata?.deletionTimestamp === undefined &&
    (status?.conditions ?? []).some((one) => one.type === "Ready" && one.status === "True")
  );
}
