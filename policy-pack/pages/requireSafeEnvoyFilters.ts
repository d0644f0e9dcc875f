import type { Page } from "./page";

export const requireSafeEnvoyFiltersPage: Page = {
  why: "istiod does not validate the patches of an EnvoyFilter. A patch in the wrong order, or for another Envoy version, can break the listeners of every selected proxy. A patch can also remove the filters that enforce mTLS and authorization.",
  wrong: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: limit
  namespace: shop
spec:
  workloadSelector:
    labels:
      app: catalog
  configPatches:
    - applyTo: HTTP_FILTER
      match:
        context: SIDECAR_INBOUND
      patch:
        operation: INSERT_BEFORE
        value:
          name: envoy.filters.http.local_ratelimit
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit`,
  right: `apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata:
  name: limit
  namespace: shop
spec:
  priority: 10
  workloadSelector:
    labels:
      app: catalog
  configPatches:
    - applyTo: HTTP_FILTER
      match:
        context: SIDECAR_INBOUND
        proxy:
          proxyVersion: ^1\\.31.*
      patch:
        operation: INSERT_BEFORE
        value:
          name: envoy.filters.http.local_ratelimit
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit`,
  exempt: "Exempt an EnvoyFilter of a vendor until the vendor adds the fields.",
};
