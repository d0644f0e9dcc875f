import type { Page } from "./page";

export const requireViewOnlyKialiPage: Page = {
  why: "Changes in Kiali are not in the program and not judged by policies. The next update of the program reverts them or fails.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: kiali
  namespace: monitoring
  chart: kiali-server
  version: 2.29.0
  values:
    auth:
      strategy: token
    deployment:
      view_only_mode: false`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: kiali
  namespace: monitoring
  chart: kiali-server
  version: 2.29.0
  values:
    auth:
      strategy: token
    deployment:
      view_only_mode: true`,
  exempt: "Exempt Kiali during an incident if its traffic wizards are the fastest fix.",
};
