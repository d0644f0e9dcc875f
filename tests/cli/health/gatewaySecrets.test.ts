import type { V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";
import selfsigned from "selfsigned";
import { namedSecrets, type SecretContent, secretProblems } from "../../../cli/health/gatewaySecrets";
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
const secret = {
  ...{ namespace: "istio-ingress", name: "shop-cert", gateway: "shop/public" },
  hosts: ["shop/shop.example.com"],
};
const base64 = (text: string) => Buffer.from(text).toString("base64");
const culprit = "Secret istio-ingress/shop-cert";

describe("cli/health/gatewaySecrets", () => {
  it("looks for a gateway's Secrets in the namespace of its pods", () => {
    const pods = [pod("istio-ingress", "ingress"), pod("istio-ingress", "ingress"), pod("shop", "web")];
    expect(namedSecrets({ objects: [gateway], pods })).to.deep.equal([secret]);
    expect(namedSecrets({ objects: [gateway], pods: [] })).to.deep.equal([]);
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
    expect(problems(content, new Date("2030-04-02T00:00:00Z"))).to.deep.equal([
      {
        ...{ severity: "error", culprit, fix },
        problem: "Its certificate expired on 2030-03-31, so clients of shop.example.com refuse it.",
      },
    ]);
  });
});
