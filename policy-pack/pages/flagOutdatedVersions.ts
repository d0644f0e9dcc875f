import { facts } from "../facts";
import type { Page } from "./page";

export const flagOutdatedVersionsPage: Page = {
  why: "An upgrade of Istio takes weeks, and the end of support is published months before. The policy warns in time. It also warns of patches that are older than a security bulletin.",
  wrong: `type: kubernetes:helm.sh/v3:Release
properties:
  name: base
  namespace: istio-system
  chart: base
  version: 1.31.1`,
  right: `type: kubernetes:helm.sh/v3:Release
properties:
  name: base
  namespace: istio-system
  chart: base
  version: ${facts.istio.version}`,
  exempt: "Do not exempt it: it is advisory.",
};
