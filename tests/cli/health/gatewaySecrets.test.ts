import type { V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";
import selfsigned from "selfsigned";
import { type NamedSecret, namedSecrets, secretProblems } from "../../../cli/health/gatewaySecrets";
import type { SecretContent } from "../../../cli/secretContent";
import type { JudgedObject } from "../../../cli/health/snapshot";

const gateway = {
  kind: "Gateway",
  metadata: { name: "public", namespace: "shop" },
  spec: {
    selector: { istio: "ingress" },
    servers: [
      { hosts: ["shop/shop.example.com"], tls: { mode: "SIMPLE", credentialName: "shop-cert" } },
      { hosts: ["*"], port: { number: 80 } },
    ],
  },
} as JudgedObject;
const pod = (namespace: string, istio: string): V1Pod => ({ metadata: { namespace, labels: { istio } } });
const secret: NamedSecret = {
  ...{ namespace: "istio-ingress", name: "shop-cert", holder: "Gateway shop/public" },
  hosts: ["shop/shop.example.com"],
  use: "certificate",
};
const base64 = (text: string) => Buffer.from(text).toString("base64");
const culprit = "Secret istio-ingress/shop-cert";

describe("cli/health/gatewaySecrets", () => {
  it("looks for a gateway's Secrets in the namespace of its pods", () => {
    const pods = [pod("istio-ingress", "ingress"), pod("istio-ingress", "ingress"), pod("shop", "web")];
    expect(namedSecrets({ objects: [gateway], pods })).to.deep.equal([secret]);
    expect(namedSecrets({ objects: [gateway], pods: [] })).to.deep.equal([]);
  });

  it("looks for the CA of servers that require client certificates, under the name that istiod reads", () => {
    const server = (tls: object) => {
      const spec = { selector: { istio: "ingress" }, servers: [{ hosts: ["a.example.com"], tls }] };
      return { ...gateway, spec };
    };
    const named = (tls: object) =>
      namedSecrets({ objects: [server(tls)], pods: [pod("istio-ingress", "ingress")] }).map(
        ({ name, use }) => `${use} ${name}`,
      );
    expect(named({ mode: "MUTUAL", credentialName: "one" })).to.deep.equal(["certificate one", "ca one"]);
    expect(
      named({ mode: "OPTIONAL_MUTUAL", credentialName: "one", caCertCredentialName: "two-cacert" }),
    ).to.deep.equal(["certificate one", "ca two-cacert"]);
    expect(named({ mode: "SIMPLE", credentialNames: ["rsa", "ecdsa"] })).to.deep.equal([
      "certificate rsa",
      "certificate ecdsa",
    ]);
    expect(named({ mode: "SIMPLE", credentialName: "builtin://" })).to.deep.equal([]);
    expect(named({ mode: "ISTIO_MUTUAL" })).to.deep.equal([]);
  });

  it("looks for the Secrets of DestinationRules whose proxies are known", () => {
    const egress: V1Pod = {
      metadata: { namespace: "istio-egress", annotations: { "inject.istio.io/templates": "gateway" } },
    };
    const named = (spec: object) =>
      namedSecrets({
        objects: [
          {
            kind: "DestinationRule",
            metadata: { name: "pay", namespace: "shop" },
            spec,
          } as unknown as JudgedObject,
        ],
        pods: [egress, pod("shop", "web")],
      }).map(({ namespace, name, holder, hosts, use }) =>
        [use, `${namespace}/${name}`, holder, ...hosts].join(" "),
      );
    const host = "pay.example.com";
    const trafficPolicy = { tls: { mode: "MUTUAL", credentialName: "pay" } };
    const both = (namespace: string) => [
      `certificate ${namespace}/pay DestinationRule shop/pay ${host}`,
      `ca ${namespace}/pay DestinationRule shop/pay ${host}`,
    ];
    expect(named({ host, trafficPolicy, exportTo: [".", "istio-egress"] })).to.deep.equal(
      both("istio-egress"),
    );
    expect(named({ host, trafficPolicy, workloadSelector: {} })).to.deep.equal(both("shop"));
    const portLevelSettings = [{ tls: { mode: "SIMPLE", credentialName: "pay" } }];
    expect(
      named({ host, subsets: [{ trafficPolicy: { portLevelSettings } }], exportTo: ["istio-egress"] }),
    ).to.deep.equal([`ca istio-egress/pay DestinationRule shop/pay ${host}`]);
    // Proxies that do not verify the server read no CA, and those that send plaintext no Secret.
    const unverified = { mode: "MUTUAL", credentialName: "pay", insecureSkipVerify: true };
    expect(named({ host, trafficPolicy: { tls: unverified }, workloadSelector: {} })).to.deep.equal([
      `certificate shop/pay DestinationRule shop/pay ${host}`,
    ]);
    const disabled = { mode: "DISABLE", credentialName: "pay" };
    expect(named({ host, trafficPolicy: { tls: disabled }, workloadSelector: {} })).to.deep.equal([]);
    // No pod of the namespace is selected.
    const workloadSelector = { matchLabels: { istio: "other" } };
    expect(named({ host, trafficPolicy, workloadSelector })).to.deep.equal([]);
    // Which gateway uses it is unknown.
    expect(named({ host, trafficPolicy })).to.deep.equal([]);
    expect(named({ host, exportTo: ["istio-egress"] })).to.deep.equal([]);
  });

  it("finds a CA that is missing, has no ca.crt, or is in the Secret of the certificate", () => {
    const ca: NamedSecret = { ...secret, use: "ca" };
    const found = (...contents: [string, SecretContent][]) =>
      secretProblems(
        [ca],
        new Map(contents.map(([name, content]) => [`istio-ingress/${name}`, content])),
      ).map((one) => `${one.culprit}: ${one.problem}`);
    const unserved = "so the gateway resets every TLS connection to shop.example.com.";
    expect(found()).to.deep.equal([
      `${culprit}: Neither it nor shop-cert-cacert exists, but Gateway shop/public reads its CA there, ${unserved}`,
    ]);
    expect(found(["shop-cert", { "tls.crt": base64("x") }])).to.deep.equal([
      `${culprit}: It lacks ca.crt, the CA that Gateway shop/public verifies certificates with, ${unserved}`,
    ]);
    expect(found(["shop-cert", {}], ["shop-cert-cacert", { "ca.crt": base64("x") }])).to.deep.equal([
      `${culprit}-cacert: Its ca.crt is not a certificate, ${unserved}`,
    ]);
    expect(found(["shop-cert", "denied"])).to.deep.equal([]);
  });

  const problems = (content: SecretContent, now?: Date) =>
    secretProblems([secret], new Map([["istio-ingress/shop-cert", content]]), now);

  it("finds Secrets that are missing, incomplete or no certificate", () => {
    const found = (content: SecretContent) => problems(content).map(({ problem }) => problem);
    const unserved = "so the gateway resets every TLS connection to shop.example.com.";
    expect(found(undefined)).to.deep.equal([
      `It does not exist, but Gateway shop/public names it, ${unserved}`,
    ]);
    expect(found({ "tls.crt": base64("x") })).to.deep.equal([`It lacks tls.crt or tls.key, ${unserved}`]);
    expect(found({ "tls.crt": base64("x"), "tls.key": base64("y") })).to.deep.equal([
      `Its tls.crt is not a certificate, ${unserved}`,
    ]);
    expect(found("denied")).to.deep.equal([]);
    // istiod reads a certificate and its key in one of two forms, and does not mix them.
    expect(found({ "tls.crt": base64("x"), key: base64("y") })).to.deep.equal([
      `It lacks tls.crt or tls.key, ${unserved}`,
    ]);
    expect(found({ "tls.crt": "", "tls.key": "" })).to.deep.equal([
      `It lacks tls.crt or tls.key, ${unserved}`,
    ]);
  });

  it("judges the certificate and the CA that istiod prefers, if a Secret has two", async () => {
    const until = async (day: string) => {
      const { cert } = await selfsigned.generate([{ name: "commonName", value: "shop" }], {
        notBeforeDate: new Date("2030-01-01T00:00:00Z"),
        notAfterDate: new Date(`${day}T00:00:00Z`),
        keySize: 2048,
      });
      return base64(cert);
    };
    const [soon, later] = [await until("2030-02-01"), await until("2031-02-01")];
    const now = new Date("2030-03-01T00:00:00Z");
    const found = (use: NamedSecret["use"], content: SecretContent) =>
      secretProblems([{ ...secret, use }], new Map([["istio-ingress/shop-cert", content]]), now).length;
    const [key, own] = [base64("y"), base64("z")];
    expect(found("certificate", { cert: later, key, "tls.crt": soon, "tls.key": own })).to.equal(0);
    expect(found("certificate", { cert: soon, key, "tls.crt": later, "tls.key": own })).to.equal(1);
    expect(found("certificate", { cert: soon, "tls.crt": later, "tls.key": own })).to.equal(0);
    expect(found("ca", { cacert: later, "ca.crt": soon })).to.equal(0);
    expect(found("ca", { cacert: soon, "ca.crt": later })).to.equal(1);
  });

  it("finds certificates that end within 14 days, and those that have ended", async () => {
    const notAfterDate = new Date("2030-03-31T12:00:00Z");
    const { cert, private: key } = await selfsigned.generate([{ name: "commonName", value: "shop" }], {
      notBeforeDate: new Date("2030-01-01T00:00:00Z"),
      notAfterDate,
      keySize: 2048,
    });
    const content = { "tls.crt": base64(cert), "tls.key": base64(key) };
    const fix = "Renew it and update the Secret. The gateway loads it without a restart.";
    expect(problems(content, new Date("2030-03-10T00:00:00Z"))).to.deep.equal([]);
    expect(problems(content, new Date("2030-03-20T00:00:00Z"))).to.deep.equal([
      { severity: "warning", culprit, problem: "Its certificate expires on 2030-03-31, in 11 days.", fix },
    ]);
    const left = ["30T00", "31T00"].map(
      (day) => problems(content, new Date(`2030-03-${day}:00:00Z`))[0]?.problem,
    );
    expect(left).to.deep.equal([
      "Its certificate expires on 2030-03-31, in 1 day.",
      "Its certificate expires on 2030-03-31, in less than a day.",
    ]);
    expect(problems(content, new Date("2030-04-02T00:00:00Z"))).to.deep.equal([
      {
        ...{ severity: "error", culprit, fix },
        problem: "Its certificate expired on 2030-03-31, so clients of shop.example.com refuse it.",
      },
    ]);
  });
});
