import type { CheckedMesh } from "../checks";
import { inOrder, type MeshObject } from "../mesh";
import { prometheusRules } from "./prometheusRule";

/** Where the objects that watch a mesh go, and what they refer to. */
export interface ObservabilityOptions {
  /** Namespace of Prometheus and Grafana. */
  readonly namespace: string;
  /** Where the alerts' pages are read, each below its name. Default: `docs/runbooks`, as in this package. */
  readonly runbookUrl?: string;
}

const renderers: readonly ((mesh: CheckedMesh, options: ObservabilityOptions) => MeshObject[])[] = [
  prometheusRules,
];

/**
 * Every Kubernetes object that watches a mesh, as plain data, by kind, namespace and name: recording and alerting
 * rules. The same catalog gives the same objects, byte by byte.
 */
export function renderObservability(mesh: CheckedMesh, options: ObservabilityOptions): MeshObject[] {
  return inOrder(renderers.flatMap((render) => render(mesh, options)));
}
