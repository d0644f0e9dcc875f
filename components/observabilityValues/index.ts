/**
 * Typed values of the add-ons' Helm charts: the values that this package sets or that users need most often. A misspelt
 * value does not compile. A test compares every name with the charts' own `values.yaml`.
 *
 * The interfaces use only what Pulumi can infer a schema from, so that Python, Go and YAML programs have them, too.
 */
export type * from "./common";
export type * from "./kubePrometheusStack";
export type * from "./plainPrometheus";
export type * from "./grafana";
export type * from "./jaeger";
export type * from "./kiali";
export type * from "./collector";
