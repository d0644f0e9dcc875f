import { facts } from "../facts";
import type { Page } from "./page";

export const requireHighAvailabilityPage: Page = {
  why: "The charts install one replica by default. When its node is drained, no pod gets a sidecar, and a gateway accepts no requests. A PodDisruptionBudget keeps one replica available.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    autoscaleMin: 1`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: istiod
  namespace: istio-system
  chart: istiod
  version: ${facts.istio.version}
  values:
    autoscaleMin: 2`,
  exempt: "Exempt a gateway that is scaled down on purpose, for example before its removal.",
};
