import { expect } from "chai";
import selfsigned from "selfsigned";
import { meshCaProblems } from "../../../cli/health/meshCa";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const fix = "Replace it without downtime: docs/runbooks/RootCertificateExpiringSoon.md";
const culprit = "Secret istio-system/cacerts";

async function until(notAfterDate: string): Promise<string> {
  const { cert } = await selfsigned.generate([{ name: "commonName", value: "ca" }], {
    notBeforeDate: new Date("2029-01-01T00:00:00Z"),
    notAfterDate: new Date(notAfterDate),
    keySize: 2048,
  });
  return cert;
}

const problems = (content: Record<string, string>) =>
  meshCaProblems([{ namespace: "istio-system", name: "cacerts", content }], new Date("2030-03-01T00:00:00Z"));

describe("cli/health/meshCa", () => {
  let [near, far, past]: string[] = [];
  before(async () => {
    [near, far, past] = await Promise.all(
      ["2030-03-20T00:00:00Z", "2031-01-01T00:00:00Z", "2030-02-01T00:00:00Z"].map(until),
    );
  });

  it("finds certificates of the CA that expire within 30 days, and those that have expired", () => {
    expect(problems({ "root-cert.pem": base64(far ?? ""), "ca-cert.pem": base64(near ?? "") })).to.deep.equal(
      [
        {
          ...{ severity: "warning", culprit, fix },
          problem: "Its signing certificate expires on 2030-03-20, in 19 days.",
        },
      ],
    );
    expect(problems({ "root-cert.pem": base64(past ?? "") })).to.deep.equal([
      {
        ...{ severity: "error", culprit, fix },
        problem: "Its root certificate expired on 2030-02-01, so no certificate of the mesh is valid.",
      },
    ]);
  });

  it("needs one of several roots, but every certificate of the chain", () => {
    const both = base64(`${near}\n${far}`);
    expect(problems({ "root-cert.pem": both })).to.deep.equal([]);
    expect(problems({ "cert-chain.pem": both }).map(({ problem }) => problem)).to.deep.equal([
      "Its chain of signing certificates expires on 2030-03-20, in 19 days.",
    ]);
  });

  it("reads either the keys of istiod's own form or those of a TLS Secret, as istiod does", () => {
    const expired = base64(past ?? "");
    const titles = (content: Record<string, string>) => problems(content).map(({ problem }) => problem);
    const one = "Its root certificate expired on 2030-02-01, so no certificate of the mesh is valid.";
    expect(titles({ "tls.crt": base64(far ?? ""), "ca.crt": expired })).to.deep.equal([one]);
    expect(titles({ "tls.crt": base64(far ?? ""), "root-cert.pem": expired })).to.deep.equal([]);
    expect(titles({ "root-cert.pem": expired, "ca.crt": expired })).to.deep.equal([one]);
  });

  it("reads the keys that cert-manager writes, and leaves empty ones out", () => {
    expect(problems({ "tls.crt": base64(far ?? ""), "ca.crt": "" })).to.deep.equal([]);
    expect(problems({ "tls.crt": base64("x") })).to.deep.equal([
      {
        ...{ severity: "error", culprit, fix },
        problem: "Its tls.crt is not a certificate, so istiod can't sign with it.",
      },
    ]);
  });
});
