import { expect } from "chai";
import { boundCertificateLifetimes } from "../../policies/boundCertificateLifetimes";
import { type Resource, unknown, validateResource } from "../engine";
import { gatewayRelease, istiod } from "../resources";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(boundCertificateLifetimes, resource, configuration);
const values = (proxyMetadata: object, env: object = {}) => ({
  meshConfig: { defaultConfig: { proxyMetadata } },
  env,
});
const at = (text: string) => ({ violations: [`Release istio-system/istiod: values.${text}.`] });
const METADATA = "meshConfig.defaultConfig.proxyMetadata";

describe("bound-certificate-lifetimes", () => {
  it("accepts Istio's defaults, and lifetimes that istiod signs", async () => {
    for (const resource of [
      istiod(),
      istiod(values({ SECRET_TTL: "24h0m0s" })),
      istiod(values({ SECRET_TTL: "2160h", SECRET_GRACE_PERIOD_RATIO: "0.1" })),
      istiod(values({ SECRET_TTL: "12h" }, { MAX_WORKLOAD_CERT_TTL: "12h" })),
      istiod(values({ SECRET_TTL: "12h" }, { DEFAULT_WORKLOAD_CERT_TTL: "12h" })),
      gatewayRelease({ env: { SECRET_TTL: "12h" } }),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses what istiod would not sign", async () => {
    const unsigned = { SECRET_TTL: "48h" };
    expect(await judge(istiod(values(unsigned, { MAX_WORKLOAD_CERT_TTL: "24h" })))).to.deep.equal(
      at(
        `${METADATA}.SECRET_TTL is 48h, above env.MAX_WORKLOAD_CERT_TTL of 24h, so istiod refuses every certificate. ` +
          "Lower it, or raise env.MAX_WORKLOAD_CERT_TTL",
      ),
    );
    const below = { ...values(unsigned), pilot: { env: { MAX_WORKLOAD_CERT_TTL: "24h" } } };
    expect((await judge(istiod(below))).violations).to.have.length(1);
    expect(await judge(istiod(values({ SECRET_TTL: "2161h" })), { longest: "9000h" })).to.deep.equal(
      at(
        `${METADATA}.SECRET_TTL is 2161h, above env.MAX_WORKLOAD_CERT_TTL of 2160h, the default, so istiod refuses every ` +
          "certificate. Lower it, or raise env.MAX_WORKLOAD_CERT_TTL",
      ),
    );
  });

  it("refuses lifetimes beyond the organization's limits", async () => {
    const cure = "Set it to a duration from 10m to 2160h";
    expect(await judge(istiod(values({}, { MAX_WORKLOAD_CERT_TTL: "8760h" })))).to.deep.equal(
      at(`env.MAX_WORKLOAD_CERT_TTL is 8760h, above the limit of 2160h. ${cure}`),
    );
    expect(await judge(istiod(values({ SECRET_TTL: "5m" })))).to.deep.equal(
      at(`${METADATA}.SECRET_TTL is 5m, below the least of 10m. ${cure}`),
    );
    expect(await judge(istiod(values({ SECRET_TTL: "90d" })))).to.deep.equal(
      at(`${METADATA}.SECRET_TTL is not a duration. ${cure}`),
    );
    expect(await judge(gatewayRelease({ env: { SECRET_TTL: "48h" } }), { longest: "24h" })).to.deep.equal({
      violations: [
        "Release istio-ingress/istio-ingress: values.env.SECRET_TTL is 48h, above the limit of 24h. " +
          "Set it to a duration from 10m to 24h.",
      ],
    });
  });

  it("looks where the charts do", async () => {
    const cure = "Set it to a duration from 10m to 2160h";
    const below = { ...values({ SECRET_TTL: "24h" }), pilot: values({ SECRET_TTL: "5m" }) };
    expect(await judge(istiod(below))).to.deep.equal(
      at(`pilot.${METADATA}.SECRET_TTL is 5m, below the least of 10m. ${cure}`),
    );
    const others = { ...values({ SECRET_TTL: "24h" }), pilot: values({ OTHER: "5m" }) };
    expect(await judge(istiod(others))).to.deep.equal({ violations: [] });
    const inDefaults = { _internal_defaults_do_not_set: { env: { SECRET_TTL: "5m" } } };
    expect(await judge(gatewayRelease(inDefaults))).to.deep.equal({
      violations: [
        "Release istio-ingress/istio-ingress: values._internal_defaults_do_not_set.env.SECRET_TTL is 5m, below the least of " +
          `10m. ${cure}.`,
      ],
    });
  });

  it("refuses settings that do nothing, or that never renew", async () => {
    expect(await judge(istiod(values({}, { DEFAULT_WORKLOAD_CERT_TTL: "12h" })))).to.deep.equal(
      at(
        "env.DEFAULT_WORKLOAD_CERT_TTL has no effect on sidecars, which ask for their own lifetime. " +
          `Set ${METADATA}.SECRET_TTL instead`,
      ),
    );
    for (const ratio of ["0", "1", 2, "half"]) {
      expect(await judge(istiod(values({ SECRET_GRACE_PERIOD_RATIO: ratio })))).to.deep.equal(
        at(
          `${METADATA}.SECRET_GRACE_PERIOD_RATIO is not between 0 and 1, so certificates are renewed all the time or never. ` +
            'Set it to a share of the lifetime, such as "0.5"',
        ),
      );
    }
  });

  it("leaves other charts alone", async () => {
    expect(await judge(istiod(values({ SECRET_TTL: "5m" }), "base"))).to.deep.equal({ violations: [] });
  });

  it("says what is open because of unknown values", async () => {
    const open = values({ SECRET_TTL: "24h" }, { MAX_WORKLOAD_CERT_TTL: unknown });
    expect(await judge(istiod(open))).to.deep.equal({
      violations: [],
      undecided:
        "Release istio-system/istiod: string value at .values.env.MAX_WORKLOAD_CERT_TTL can't be known during preview",
    });
  });
});
