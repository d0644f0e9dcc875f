import type { Field } from "./field";

/** What an object does to the control plane without its chart. */
export type ControlPlaneChange =
  | "operator"
  | "installer"
  | "configMap"
  | "rootCertificate"
  | "revocations"
  | "key"
  | "kubeconfig"
  | "service"
  | "endpoints"
  | "workload"
  | "agent"
  | "behindService"
  | "webhook"
  | "injector"
  | "mutation"
  | "conversion"
  | "pruning"
  | "default"
  | "server"
  | "failing";

/** A field that changes the control plane. */
export interface ControlPlaneField {
  readonly field: Field;
  readonly change: ControlPlaneChange;
}

/** Names of istiod's objects, also of its revisions. */
export const ISTIOD = /^istiod(-|$)/;
