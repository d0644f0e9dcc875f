import { expect } from "chai";
import type { Manifest } from "../../mesh";
import { type Proof, proveStatically } from "../../prove";
import { office } from "./office";
import { refutedClaims } from "./shop";

/** The proofs with a change of the objects' text. */
function proofsWith(kind: string, name: string, from: string, to: string): Promise<Proof[]> {
  const objects = office.objects.map((object) => {
    if (object.kind !== kind || object.metadata.name !== name) return object;
    const text = JSON.stringify(object);
    if (!text.includes(from)) throw new Error(`${kind} ${name} has no ${from}`);
    return JSON.parse(text.replaceAll(from, to)) as Manifest;
  });
  return proveStatically({ ...office, objects });
}

describe("what proxies call", () => {
  it("is proven by the model", async () => {
    const proofs = await proveStatically(office);
    expect(refutedClaims(proofs)).to.deep.equal([]);
    expect(proofs.filter(({ verdict }) => verdict === "proven").map(({ claim }) => claim)).to.include.members(
      [
        "opa decides requests to files:http",
        "guard decides requests to letters:http",
        "login decides requests to office.example.com",
        "the proxies of web send spans of 100 % of the requests to jaeger.monitoring.svc.cluster.local",
        "the proxies of mail send spans of 50 % of the requests to jaeger.monitoring.svc.cluster.local",
        "the proxies of files log requests as it says",
        "the proxies of gateway istio-ingress/istio-ingress-office log requests as it says",
        "the proxies of gateway istio-ingress/istio-ingress-office send spans of 50 % of the requests to jaeger.monitoring.svc.cluster.local",
        "all pods of mail together answer 600 requests in a hour, as everything says",
        "all pods of mail together answer 30 requests in a hour, as senders says",
      ],
    );
  });

  const mistakes: Readonly<Record<string, readonly [string, string, string, string, string[]]>> = {
    "the proxies sample another share": [
      "Telemetry",
      "web",
      '"randomSamplingPercentage":100',
      '"randomSamplingPercentage":10',
      ["the proxies of web send spans of 100 % of the requests to jaeger.monitoring.svc.cluster.local"],
    ],
    "spans have no provider": [
      "Telemetry",
      "web",
      '"name":"jaeger"',
      '"name":"zipkin"',
      ["the proxies of web send spans of 100 % of the requests to jaeger.monitoring.svc.cluster.local"],
    ],
    "a gateway samples another share": [
      "Telemetry",
      "istio-ingress-office",
      '"randomSamplingPercentage":50',
      '"randomSamplingPercentage":5',
      [
        "the proxies of gateway istio-ingress/istio-ingress-office send spans of 50 % of the requests to jaeger.monitoring.svc.cluster.local",
      ],
    ],
    "a gateway's log has no provider": [
      "Telemetry",
      "istio-ingress-office",
      '"name":"audit"',
      '"name":"envoy"',
      ["the proxies of gateway istio-ingress/istio-ingress-office log requests as it says"],
    ],
    "a log has no filter": [
      "Telemetry",
      "default",
      "response.code >= 500",
      "response.code >= 400",
      ["counter", "files", "guard", "login", "nightly", "opa", "print", "queue", "records", "web"].map(
        (name) => `the proxies of ${name} log requests as it says`,
      ),
    ],
    "a quota is larger": [
      "ConfigMap",
      "counter-quotas",
      "requests_per_unit: 600",
      "requests_per_unit: 6000",
      ["all pods of mail together answer 600 requests in a hour, as everything says"],
    ],
    "a tenant's own quota is missing": [
      "ConfigMap",
      "counter-quotas",
      "robot",
      "robots",
      ["all pods of mail together answer 30 requests in a hour, as senders says"],
    ],
    "a limit applies to other paths": [
      "EnvoyFilter",
      "mail-global-rate-limit",
      '"prefix":"/send/"',
      '"prefix":"/"',
      ["all pods of mail together answer 30 requests in a hour, as senders says"],
    ],
    "the rate limit service is another one": [
      "EnvoyFilter",
      "mail-global-rate-limit",
      "outbound|8081||counter",
      "outbound|8081||meter",
      [
        "all pods of mail together answer 600 requests in a hour, as everything says",
        "all pods of mail together answer 30 requests in a hour, as senders says",
      ],
    ],
  };
  for (const [mistake, [kind, name, from, to, claims]] of Object.entries(mistakes)) {
    it(`is refuted when ${mistake}`, async () => {
      expect(refutedClaims(await proofsWith(kind, name, from, to))).to.have.members(claims);
    });
  }
});
