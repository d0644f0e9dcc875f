import { expect } from "chai";
import { defineMesh, type MeshDefinition } from "../../catalog";
import { subjectOf } from "../../cli/proof/subject";
import type { Manifest } from "../../mesh";
import { type Proof, proveStatically } from "../../prove";
import { refutedClaims } from "./shop";

const http = { port: 80, targetPort: 8080, protocol: "http" } as const;
const workload = { image: "example.com/app:1", replicas: 1 };
const catalog = defineMesh({
  name: "shop",
  environment: "staging",
  networkPolicies: { metricsNamespaces: ["monitoring"], dnsAddresses: ["169.254.20.10"] },
  services: {
    web: { ports: { http }, workload, calls: { api: {}, pay: {} }, kubernetesApi: true },
    api: { ports: { http }, workload },
    batch: { ports: { http }, workload },
  },
  externalServices: { pay: { host: "pay.example.com", ports: { tls: { port: 443, protocol: "tls" } } } },
});
const subject = subjectOf({ name: "shop", catalog });

/** The proofs with another text in a NetworkPolicy, or without the policy. */
function proofsWith(name: string, change: (text: string) => string | undefined): Promise<Proof[]> {
  const objects = subject.objects.flatMap((object): Manifest[] => {
    if (object.kind !== "NetworkPolicy" || object.metadata.name !== name) return [object];
    const text = JSON.stringify(object);
    const changed = change(text);
    expect(changed).not.to.equal(text);
    return changed === undefined ? [] : [JSON.parse(changed) as Manifest];
  });
  return proveStatically({ ...subject, objects }, "NetworkPolicies");
}

describe("NetworkPolicies", () => {
  it("are proven to allow what the catalog says, and nothing else", async () => {
    const proofs = await proveStatically(subject, "NetworkPolicies");
    expect(proofs.map(({ verdict, claim }) => `${verdict}: ${claim}`).sort()).to.deep.equal(
      [
        "allow connections of web to api:http",
        "allow connections of web to pay:tls",
        "allow connections of web to the Kubernetes API",
        ...["api", "batch"].map((name) => `deny connections of ${name} to the Kubernetes API`),
        ...["api", "batch", "web"].flatMap((name) => [
          `allow metrics of ${name} to be scraped`,
          `allow the pods of ${name} what Istio requires`,
          `deny connections of ${name} to ports that it does not call`,
          `deny every connection to ${name}:http without a call`,
        ]),
      ]
        .map((claim) => `proven: NetworkPolicies ${claim}`)
        .sort(),
    );
  });

  const mistakes: Readonly<
    Record<string, readonly [string, (text: string) => string | undefined, readonly string[]]>
  > = {
    "a policy admits every pod": [
      "api",
      (text) => text.replace(/"from":\[[^\]]*\],?/, ""),
      ["deny every connection to api:http without a call"],
    ],
    "a policy admits another port": [
      "api",
      (text) => text.replace("8080", "8081"),
      ["allow connections of web to api:http"],
    ],
    "the policy of a callee is missing": ["api", () => undefined, ["allow connections of web to api:http"]],
    "the policy of Istio's own connections is missing": [
      "allow-istio",
      () => undefined,
      ["api", "batch", "web"].flatMap((name) => [
        `allow metrics of ${name} to be scraped`,
        `allow the pods of ${name} what Istio requires`,
      ]),
    ],
    "only TCP reaches the servers of names": [
      "allow-istio",
      (text) => text.replaceAll('"UDP"', '"SCTP"'),
      ["api", "batch", "web"].map((name) => `allow the pods of ${name} what Istio requires`),
    ],
    "a policy allows every connection to the outside": [
      "batch",
      (text) => text.replace('"spec":{', '"spec":{"egress":[{}],'),
      [
        "deny connections of batch to ports that it does not call",
        "deny connections of batch to the Kubernetes API",
      ],
    ],
  };
  for (const [mistake, [name, change, claims]] of Object.entries(mistakes)) {
    it(`are refuted when ${mistake}`, async () => {
      expect(refutedClaims(await proofsWith(name, change))).to.have.members(
        claims.map((claim) => `NetworkPolicies ${claim}`),
      );
    });
  }

  it("name the connection and the policy that denies it", async () => {
    const [proof] = await proofsWith("api", (text) => text.replace("8080", "8081"));
    expect(proof?.counterexample).to.deep.equal({
      request: "TCP connection from a pod of web to a pod of api, port 8080",
      expected: "allowed",
      seen: "denied by NetworkPolicy shop/allow-istio, NetworkPolicy shop/api, NetworkPolicy shop/default-deny (ingress)",
    });
  });

  it("have no claims without them", async () => {
    const without: MeshDefinition = { name: catalog.name, services: { web: { ports: { http }, workload } } };
    const proofs = await proveStatically(subjectOf({ name: "shop", catalog: without }), "NetworkPolicies");
    expect(proofs).to.deep.equal([]);
  });
});
