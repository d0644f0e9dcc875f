import { expect } from "chai";
import { durationMessages } from "../../bounds";
import { boundCertificateLifetimes, messages } from "../../policies/boundCertificateLifetimes";
import { type Resource, unknown, validateResource } from "../engine";
import type { Message } from "../../policy";
import { gatewayRelease, istiod } from "../resources";
import { said } from "../said";

const judge = (resource: Resource, configuration = {}) =>
  validateResource(boundCertificateLifetimes, resource, configuration);
const values = (proxyMetadata: object, env: object = {}) => ({
  meshConfig: { defaultConfig: { proxyMetadata } },
  env,
});
const METADATA = "meshConfig.defaultConfig.proxyMetadata";
const inIstiod = said("Release istio-system/istiod", "values.");
const inGateway = said("Release istio-ingress/istio-ingress", "values.");
const at = (path: string, message: Message) => ({ violations: [inIstiod(path, message)] });

describe("bound-certificate-lifetimes", () => {
  it("states the field, the lifetime and the fix", async () => {
    expect(
      await judge(istiod(values({ SECRET_TTL: "48h" }, { MAX_WORKLOAD_CERT_TTL: "24h" }))),
    ).to.deep.equal({
      violations: [
        "Release istio-system/istiod: values.meshConfig.defaultConfig.proxyMetadata.SECRET_TTL is 48h, above " +
          "env.MAX_WORKLOAD_CERT_TTL of 24h, so istiod rejects every certificate request. Lower it, or raise " +
          "env.MAX_WORKLOAD_CERT_TTL.",
      ],
    });
  });

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

  it("refuses lifetimes that istiod does not sign", async () => {
    const unsigned = { SECRET_TTL: "48h" };
    expect(await judge(istiod(values(unsigned, { MAX_WORKLOAD_CERT_TTL: "24h" })))).to.deep.equal(
      at(`${METADATA}.SECRET_TTL`, messages.notSigned("48h", "24h")),
    );
    const below = { ...values(unsigned), pilot: { env: { MAX_WORKLOAD_CERT_TTL: "24h" } } };
    expect((await judge(istiod(below))).violations).to.have.length(1);
    expect(await judge(istiod(values({ SECRET_TTL: "2161h" })), { longest: "9000h" })).to.deep.equal(
      at(`${METADATA}.SECRET_TTL`, messages.notSigned("2161h", messages.defaultLimit())),
    );
  });

  it("refuses lifetimes beyond the organization's limits", async () => {
    expect(await judge(istiod(values({}, { MAX_WORKLOAD_CERT_TTL: "8760h" })))).to.deep.equal(
      at("env.MAX_WORKLOAD_CERT_TTL", durationMessages.above("8760h", "10m", "2160h")),
    );
    expect(await judge(istiod(values({ SECRET_TTL: "5m" })))).to.deep.equal(
      at(`${METADATA}.SECRET_TTL`, durationMessages.below("5m", "10m", "2160h")),
    );
    expect(await judge(istiod(values({ SECRET_TTL: "90d" })))).to.deep.equal(
      at(`${METADATA}.SECRET_TTL`, durationMessages.notADuration("10m", "2160h")),
    );
    expect(await judge(gatewayRelease({ env: { SECRET_TTL: "48h" } }), { longest: "24h" })).to.deep.equal({
      violations: [inGateway("env.SECRET_TTL", durationMessages.above("48h", "10m", "24h"))],
    });
  });

  it("reads values where the charts do", async () => {
    const short = durationMessages.below("5m", "10m", "2160h");
    const below = { ...values({ SECRET_TTL: "24h" }), pilot: values({ SECRET_TTL: "5m" }) };
    expect(await judge(istiod(below))).to.deep.equal(at(`pilot.${METADATA}.SECRET_TTL`, short));
    const others = { ...values({ SECRET_TTL: "24h" }), pilot: values({ OTHER: "5m" }) };
    expect(await judge(istiod(others))).to.deep.equal({ violations: [] });
    const inDefaults = { _internal_defaults_do_not_set: { env: { SECRET_TTL: "5m" } } };
    expect(await judge(gatewayRelease(inDefaults))).to.deep.equal({
      violations: [inGateway("_internal_defaults_do_not_set.env.SECRET_TTL", short)],
    });
  });

  it("refuses settings without effect, and ratios that never renew", async () => {
    expect(await judge(istiod(values({}, { DEFAULT_WORKLOAD_CERT_TTL: "12h" })))).to.deep.equal(
      at("env.DEFAULT_WORKLOAD_CERT_TTL", messages.noEffect()),
    );
    for (const ratio of ["0", "1", 2, "half"]) {
      expect(await judge(istiod(values({ SECRET_GRACE_PERIOD_RATIO: ratio })))).to.deep.equal(
        at(`${METADATA}.SECRET_GRACE_PERIOD_RATIO`, messages.ratio()),
      );
    }
  });

  it("ignores other charts", async () => {
    expect(await judge(istiod(values({ SECRET_TTL: "5m" }), "base"))).to.deep.equal({ violations: [] });
  });

  it("reports unknown values as undecided", async () => {
    const open = values({ SECRET_TTL: "24h" }, { MAX_WORKLOAD_CERT_TTL: unknown });
    expect(await judge(istiod(open))).to.deep.equal({
      violations: [],
      undecided:
        "Release istio-system/istiod: string value at .values.env.MAX_WORKLOAD_CERT_TTL can't be known during preview",
    });
  });
});
