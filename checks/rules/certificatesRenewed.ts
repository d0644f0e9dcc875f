import type { Mesh } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { http } from "./example";

const shop = (certificates: object): object => ({
  name: "shop",
  services: { web: { ports: { http } } },
  certificates,
});

/** Percentage of the lifetime over which proxies spread their renewals: `SECRET_GRACE_PERIOD_RATIO_JITTER`. */
const jitter = 1;

export const text = ({ renewAt, alertAt }: Pick<Mesh["certificates"], "renewAt" | "alertAt">): Text => ({
  message: `CertificateExpiringSoon would fire when ${alertAt} % of the lifetime is left, and proxies renew at ${renewAt} %, give or take ${jitter}: it would fire for every certificate`,
  fix: `set it below ${renewAt - jitter}, or omit it to use ${renewAt / 2}`,
});

export const certificatesRenewed: MeshRule = {
  code: "MW320",
  severity: "error",
  title: "The alert for certificates fires after their renewal time",
  why: [
    "A proxy renews its certificate when the remaining lifetime falls below `SECRET_GRACE_PERIOD_RATIO`, spread by a jitter.",
    "An alert with a higher threshold fires for every certificate shortly before each renewal, so it is ignored.",
  ],
  see: pages.pilotAgent,
  stage: "mesh",
  examples: {
    wrong: shop({ lifetime: "2160h", renewAt: 10, alertAt: 25 }),
    right: shop({ lifetime: "2160h", renewAt: 10, alertAt: 5 }),
  },
  *check({ certificates: { renewAt, alertAt } }) {
    if (alertAt < renewAt - jitter) return;
    yield {
      path: "certificates.alertAt",
      ...text({ renewAt, alertAt }),
    };
  },
};
