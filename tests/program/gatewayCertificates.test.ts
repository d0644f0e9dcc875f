import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { declareGatewayCertificates } from "../../program/gatewayCertificates";
import { planOf } from "../../program/plan";
import { readSettings } from "../../program/settings";
import { platformList } from "../../platforms";
import { registrations } from "../components/registrations";

const plan = planOf(readSettings(platformList, { get: (key) => ({ platform: "aikernel" })[key] }));
const given = (name: string) => ({
  certificate: `certificate of ${name}`,
  key: pulumi.secret(`key of ${name}`),
});

/** How a secret is handed to the engine. */
interface Secret {
  readonly value: Record<string, string>;
}

describe("program/gatewayCertificates", () => {
  const declared = async (owners: readonly string[]) => {
    const all = await registrations(() => {
      const certificates = Object.fromEntries(owners.map((owner) => [owner, given(owner)]));
      declareGatewayCertificates(
        plan,
        certificates,
        new pulumi.ComponentResource("test:index:Istio", "istio"),
      );
    });
    return (
      all
        .filter(({ type }) => type === "kubernetes:core/v1:Secret")
        // The key is a secret, and so everything that is beside it.
        .map(({ name, inputs }) => [name, (inputs.stringData as Secret).value["tls.crt"]])
    );
  };

  it("puts each owner's certificate into the Secrets that its hosts' servers name, once each", async () => {
    expect(await declared(["gateway", "monitoring"])).to.have.deep.members([
      ["certificate-istio-ingress/aikernel-cert", "certificate of gateway"],
      ["certificate-istio-ingress/aikernel-monitoring-cert", "certificate of monitoring"],
    ]);
  });

  it("leaves Secrets alone whose certificates come from elsewhere", async () => {
    expect(await declared(["monitoring"])).to.deep.equal([
      ["certificate-istio-ingress/aikernel-monitoring-cert", "certificate of monitoring"],
    ]);
    expect(await declared([])).to.deep.equal([]);
  });
});
