import { facts } from "../facts";
import type { Page } from "./page";

export const requireSupportedVersionsPage: Page = {
  why: "Only supported versions get security fixes for Istio and its Envoy. A patch older than a published fix has a known vulnerability.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: base
  namespace: istio-system
  chart: base
  version: 1.20.0`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: base
  namespace: istio-system
  chart: base
  version: ${facts.istio.version}`,
  exempt: "Exempt a control plane until its planned upgrade. To accept one exact version, use `accepted`.",
};
