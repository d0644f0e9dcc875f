import { readFileSync } from "node:fs";
import { expect } from "chai";
import { judgedKinds, type Mutant, mutantsOf } from "./mutate";
import { refuting } from "./refutes";
import { subject } from "./shop";

/**
 * Places whose mutants no claim refutes, by the reason. A place that is not here has at least one mutant that is refuted,
 * so a field that the renderers learn needs a claim, or a reason here.
 */
const survivors: Readonly<Record<string, readonly string[]>> = {
  "Another object, or Istio's default, says the same.": [
    "AuthorizationPolicy spec.action gone",
    "AuthorizationPolicy spec.rules[].to[].operation.hosts gone",
    "AuthorizationPolicy spec.rules[].to[].operation.ports gone",
    "AuthorizationPolicy spec.rules[].to[].operation.ports[] gone",
    "AuthorizationPolicy spec.selector.matchLabels.istio gone",
    "DestinationRule spec.exportTo gone",
    "DestinationRule spec.subsets[].trafficPolicy.connectionPool gone",
    "DestinationRule spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures gone",
    "Gateway spec.selector gone",
    "Gateway spec.selector.istio gone",
    "Gateway spec.servers[].tls.minProtocolVersion gone",
    "PeerAuthentication gone",
    "PeerAuthentication spec.mtls gone",
    "PeerAuthentication spec.mtls.mode gone",
    "ServiceEntry spec.location gone",
    "Sidecar spec.outboundTrafficPolicy gone",
    "Sidecar spec.outboundTrafficPolicy.mode gone",
    "VirtualService spec.exportTo gone",
    "VirtualService spec.http[].corsPolicy.allowCredentials gone",
    "VirtualService spec.http[].match[].headers.x-canary.exact gone",
    "VirtualService spec.http[].match[].port gone",
    "VirtualService spec.http[].mirror.port gone",
    "VirtualService spec.http[].mirror.port.number gone",
    "VirtualService spec.http[].redirect.redirectCode gone",
    "VirtualService spec.http[].route[].destination.port gone",
    "VirtualService spec.http[].route[].destination.port.number gone",
    "VirtualService spec.tcp[].match gone",
    "VirtualService spec.tcp[].match[] gone",
    "VirtualService spec.tcp[].match[].port gone",
    "VirtualService spec.tcp[].route[].destination.port gone",
    "VirtualService spec.tcp[].route[].destination.port.number gone",
    "VirtualService spec.tls[].match[].port gone",
    "VirtualService spec.tls[].route[].destination.port gone",
    "VirtualService spec.tls[].route[].destination.port.number gone",
  ],
  "It is a name without an effect on requests.": [
    "Gateway spec.servers[].port.name changed",
    "Gateway spec.servers[].port.name gone",
    "ServiceEntry spec.ports[].name changed",
    "ServiceEntry spec.ports[].name gone",
    "VirtualService spec.http[].name changed",
    "VirtualService spec.http[].name gone",
  ],
  "The API server refuses the value, or istiod does.": [
    "PeerAuthentication spec.mtls.mode changed",
    "ServiceEntry spec.location changed",
    "ServiceEntry spec.resolution changed",
    "ServiceEntry spec.resolution gone",
    "Sidecar spec.outboundTrafficPolicy.mode changed",
  ],
  "Only requests through proxies show it.": [
    "AuthorizationPolicy spec.selector.matchLabels.istio changed",
    "Gateway spec.servers[].tls.caCertCredentialName gone",
    "VirtualService spec.http[].match[].method.regex changed",
  ],
  "No claim is about it: no field of the catalog sets it, and it admits no more.": [
    "DestinationRule spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures changed",
    "VirtualService spec.http[].corsPolicy.unmatchedPreflights changed",
    "VirtualService spec.http[].corsPolicy.unmatchedPreflights gone",
  ],
};

describe("mutants of the rendered objects", () => {
  it("are refuted, except where the model shows why not", async function () {
    this.timeout(300_000);
    const isRefuted = refuting(subject);
    const all = subject.objects.filter(({ kind }) => judgedKinds.includes(kind)).flatMap(mutantsOf);
    const places = Map.groupBy(all, ({ place, change }) => `${place} ${change}`);
    const listed = new Set(Object.values(survivors).flat());
    const killed = new Map<string, boolean>();
    for (const [key, mutants] of places) {
      // One that is refuted shows that the field is asked for. Of a place that is listed, one stands for all.
      const tried = listed.has(key) ? mutants.slice(-1) : mutants;
      killed.set(key, await isAnyRefuted(tried, isRefuted));
    }
    const open = [...killed].filter(([, refuted]) => !refuted).map(([key]) => key);
    expect(open.sort()).to.deep.equal(Object.values(survivors).flat().sort());
    const share = `${killed.size - open.length} of ${killed.size}`;
    expect(readFileSync("docs/prove.md", "utf8"), "the number in docs/prove.md").to.include(share);
  });
});

async function isAnyRefuted(
  mutants: readonly Mutant[],
  isRefuted: ReturnType<typeof refuting>,
): Promise<boolean> {
  for (const { object, mutated } of mutants) {
    if (await isRefuted(subject.objects.flatMap((one) => (one === object ? (mutated ?? []) : one))))
      return true;
  }
  return false;
}
