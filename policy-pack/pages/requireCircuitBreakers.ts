import type { Page } from "./page";

export const requireCircuitBreakersPage: Page = {
  why: "Circuit breakers are settings of a DestinationRule. A host without a DestinationRule has no limits: every threshold is 4294967295. One slow service then also slows its callers.",
  wrong: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: catalog
  namespace: shop
spec:
  hosts: ["catalog"]
  http:
    - route:
        - destination:
            host: catalog
      timeout: 10s
      retries:
        attempts: 2
        perTryTimeout: 2s
        retryOn: connect-failure,refused-stream`,
  right: `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: catalog
  namespace: shop
spec:
  hosts: ["catalog"]
  http:
    - route:
        - destination:
            host: catalog
      timeout: 10s
      retries:
        attempts: 2
        perTryTimeout: 2s
        retryOn: connect-failure,refused-stream
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: catalog
  namespace: shop
spec:
  host: catalog
  trafficPolicy:
    connectionPool:
      tcp:
        maxConnections: 100
      http:
        http1MaxPendingRequests: 100
        http2MaxRequests: 1000
        maxRetries: 3
    outlierDetection:
      consecutive5xxErrors: 5
      interval: 30s
      baseEjectionTime: 30s
      maxEjectionPercent: 50`,
  exempt: "Exempt a host whose DestinationRule is in another stack, or exclude it with `excludeFor`.",
};
