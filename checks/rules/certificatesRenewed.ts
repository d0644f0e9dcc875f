import type { MeshRule } from "../rule";
import { http } from "./example";

const shop = (certificates: object): object => ({
  name: "shop",
  services: { web: { ports: { http } } },
  certificates,
});

/** Proxies spread their renewals over as much of the lifetime: `SECRET_GRACE_PERIOD_RATIO_JITTER`. */
const jitter = 1;

export const certificatesRenewed: MeshRule = {
  code: "MW320",
  severity: "error",
  title: "The alert for a certificate that isn't renewed fires after its renewal, not before",
  stage: "mesh",
  examples: {
    wrong: shop({ lifetime: "2160h", renewAt: 10, alertAt: 25 }),
    right: shop({ lifetime: "2160h", renewAt: 10, alertAt: 5 }),
  },
  *check({ certificates: { renewAt, alertAt } }) {
    if (alertAt < renewAt - jitter) return;
    yield {
      path: "certificates.alertAt",
      message: `CertificateExpiringSoon would fire when ${alertAt} % of the lifetime is left, and proxies renew at ${renewAt} %, give or take ${jitter}: it would fire for every certificate`,
      fix: `set it below ${renewAt - jitter}, or leave it out for ${renewAt / 2}`,
    };
  },
};
