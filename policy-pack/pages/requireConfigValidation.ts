import { facts } from "../facts";
import type { Page } from "./page";

export const requireConfigValidationPage: Page = {
  why: "istiod rejects invalid objects with a webhook. Without the webhook the API server stores them, and proxies silently keep the last valid configuration.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    global:
      configValidation: false`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    global:
      configValidation: true`,
  exempt: "Exempt a second control plane if the webhook of the first one validates all objects.",
};
