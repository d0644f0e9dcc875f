import { expect } from "chai";
import { ruleGroupsOf } from "../../observability/rules";
import { type PlatformName, platforms } from "../../platforms";
import { meshOf } from "../platforms/rendered";

// What the platforms' documents say of alerts, number by number; where they say nothing, the catalog's defaults.

/** The limits of an alert, by the service they hold for; `*` is every other one. */
function limits(platform: PlatformName, alert: string): Record<string, number> {
  const mesh = meshOf(platforms[platform].catalog("prod", {}));
  const found: Record<string, number> = {};
  for (const rule of ruleGroupsOf(mesh).flatMap(({ rules }) => rules)) {
    if (!("alert" in rule) || rule.alert !== alert) continue;
    const service = /destination_service=~?"([^"]*)"/.exec(rule.expr)?.[1] ?? "*";
    const limit = Number(/ [<>] ([\d.e+]+)/.exec(rule.expr)?.[1]);
    for (const host of service.split("|")) found[host.replaceAll("\\\\.", ".").replace(/\..*/, "")] = limit;
  }
  return found;
}

const day = 24 * 3600;

describe("platforms' alerts", () => {
  it("AIKernel: errors above 5 %, 99 % within 1s, a certificate of 24h with less than a quarter left", () => {
    expect(limits("aikernel", "HighErrorRate")).to.deep.equal({ "*": 0.05 });
    expect(limits("aikernel", "HighLatency")).to.deep.equal({ "*": 1000 });
    expect(limits("aikernel", "CertificateExpiringSoon")).to.deep.equal({ "*": day / 4 });
    const names = ruleGroupsOf(meshOf(platforms.aikernel.catalog("prod", {}))).flatMap(({ rules }) =>
      rules.flatMap((rule) => ("alert" in rule ? [rule.alert] : [])),
    );
    expect(names).to.include.members([
      "ServiceMeshDown",
      "HighErrorRate",
      "HighLatency",
      "CircuitBreakerTriggered",
      "CertificateExpiringSoon",
    ]);
  });

  it("Autolytiq: errors above 1 %, 99 % within 2s, less than 95 % of mutual TLS", () => {
    expect(limits("autolytiq", "HighErrorRate")).to.deep.equal({ "*": 0.01 });
    expect(limits("autolytiq", "HighLatency")).to.deep.equal({ "*": 2000 });
    expect(limits("autolytiq", "MtlsTrafficLow")).to.deep.equal({ "*": 95 });
  });

  it("VoiceCore: certificates of 90 days, renewed with nine left, with less than four and a half", () => {
    expect(limits("voicecore", "CertificateExpiringSoon")).to.deep.equal({ "*": 4.5 * day });
    // As long as the document gives each try.
    expect(limits("voicecore", "HighLatency")).to.deep.equal({
      "*": 1000,
      gateway: 10_000,
      "call-service": 10_000,
      "analytics-service": 10_000,
      "integration-service": 10_000,
      "ai-service": 30_000,
    });
  });

  it("Alfred and PolicyCortex: the defaults, and the time that agent-rag's caller gives it", () => {
    for (const platform of ["alfred", "policycortex"] as const) {
      expect(limits(platform, "HighErrorRate")).to.deep.equal({ "*": 0.05 });
      expect(limits(platform, "MtlsTrafficLow")).to.deep.equal({ "*": 95 });
      expect(limits(platform, "CertificateExpiringSoon")).to.deep.equal({ "*": day / 4 });
    }
    expect(limits("alfred", "HighLatency")).to.deep.equal({ "*": 1000, "agent-rag": 10_000 });
    expect(limits("policycortex", "HighLatency")).to.deep.equal({ "*": 1000 });
  });
});
