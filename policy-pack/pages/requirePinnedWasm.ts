import type { Page } from "./page";

export const requirePinnedWasmPage: Page = {
  why: "A Wasm module runs in the proxy and can bypass mTLS and authorization. A tag can be moved to another module later. With FAIL_OPEN, requests are not checked if the module fails.",
  wrong: `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata:
  name: waf
  namespace: shop
spec:
  selector:
    matchLabels:
      app: catalog
  url: oci://registry.example.com/waf:1.2.0
  phase: AUTHN`,
  right: `apiVersion: extensions.istio.io/v1alpha1
kind: WasmPlugin
metadata:
  name: waf
  namespace: shop
spec:
  selector:
    matchLabels:
      app: catalog
  url: oci://registry.example.com/waf:1.2.0
  sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  phase: AUTHN`,
  exempt: "Do not exempt it in prod. In dev, exempt a module under development.",
};
