import { mistakes } from "../../../effect";
import { type AuditRule, findingOf } from "../rule";
import { documents, meshNamespace, strict } from "./examples";

const probed = (annotations: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop }
spec:
  template:
    metadata: { labels: { app: web }${annotations} }
    spec:
      containers:
        - name: web
          image: "example.com/web:1"
          livenessProbe: { httpGet: { path: /healthz, port: 8080 } }
`;

export const probesAnswered: AuditRule = {
  code: "MW968",
  severity: "error",
  title: "a probe that the proxy denies",
  why: [
    "The kubelet has no certificate of the mesh, so a proxy with STRICT mutual TLS refuses its requests.",
    "Istio therefore rewrites HTTP and gRPC probes: the agent of the proxy answers them.",
    "Where the annotation turns this off, the pods never become ready, or are restarted again and again.",
  ],
  see: {
    title: "Health checking of Istio services",
    url: "https://istio.io/latest/docs/ops/configuration/mesh/app-health-check/",
  },
  examples: {
    wrong: documents(
      meshNamespace,
      strict,
      probed(', annotations: { sidecar.istio.io/rewriteAppHTTPProbers: "false" }'),
    ),
    right: documents(meshNamespace, strict, probed("")),
  },
  find: ({ model }) => mistakes.deniedProbes(model).map(findingOf),
};
