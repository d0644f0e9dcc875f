import { expect } from "chai";
import { type Bench, openBench, type Proof } from "../../prove";
import { settled } from "../../prove/cluster";
import { configureMesh } from "./configureMesh";
import { auditProviders, office } from "./office";
import { refutations, refutedClaims, rendered } from "./shop";

describe("prove, what proxies call", () => {
  let bench: Bench;
  before(async () => {
    bench = await openBench(office);
  });
  after(() => bench.stop());

  it("proves external authorization, spans, access logs and global rate limits by requests", async () => {
    const proofs = await bench.prove();
    expect(refutations(proofs)).to.deep.equal([]);
    expect(proofs.filter(({ verdict }) => verdict === "proven").map(({ claim }) => claim)).to.include.members(
      [
        "opa decides requests to files:http",
        "opa decides only what files:http says",
        "guard decides requests to letters:http",
        "guard decides only what letters:http says",
        "login decides requests to office.example.com",
        "the proxies of files send spans of 50 % of the requests to jaeger.monitoring.svc.cluster.local",
        "the proxies of files log requests as it says",
        "the proxies of gateway istio-ingress/istio-ingress-office log requests as it says",
        "the proxies of gateway istio-ingress/istio-ingress-office send spans of 50 % of the requests to jaeger.monitoring.svc.cluster.local",
        "the proxies of letters log requests as it says",
        "web reaches print:rpc through its Sidecar",
        "web reaches records:mongo through its Sidecar",
        "nightly reaches records:mongo through its Sidecar",
        "connections to queue.example.com lead to queue:amqps, with the TLS of its clients",
        "the gateway answers open.example.com/closed itself",
        "the proxies of mail log requests as it says",
        "all pods of mail together answer 600 requests in a hour, as everything says",
        "all pods of mail together answer 30 requests in a hour, as senders says",
      ],
    );
    expect(await bench.laboratory.problems()).to.deep.equal([]);
  });

  it("counts audit logs at the collector, by either protocol, and refutes them if none arrive there", async () => {
    const auditsBy = async (provider: object): Promise<readonly Proof[]> => {
      await configureMesh(bench.laboratory, ({ extensionProviders = [] }) => ({
        extensionProviders: [...extensionProviders.filter(({ name }) => name !== "audit"), provider],
      }));
      return bench.prove("log requests as it says");
    };
    const proven = (proofs: readonly Proof[]): string[] =>
      proofs.filter(({ verdict }) => verdict === "proven").map(({ claim }) => claim);
    const logged = [
      "the proxies of files log requests as it says",
      "the proxies of gateway istio-ingress/istio-ingress-office log requests as it says",
    ];
    const byOther = await auditsBy(auditProviders.ALS);
    expect(proven(byOther)).to.include.members(logged);
    const lost = await auditsBy({ name: "audit", envoyFileAccessLog: { path: "/dev/stdout" } });
    expect(refutedClaims(lost)).to.include.members(logged);
    await auditsBy(auditProviders.OTLP);
  });

  it("refutes the authorizer of a service without its policy", async () => {
    const policy = rendered(office, "AuthorizationPolicy", "files.ext-authz");
    await bench.laboratory.remove([policy]);
    await settled(bench.laboratory);
    expect(refutedClaims(await bench.prove("opa decides"))).to.deep.equal([
      "opa decides requests to files:http",
    ]);
    await bench.laboratory.apply([policy]);
  });
});
