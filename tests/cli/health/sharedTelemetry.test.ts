import { expect } from "chai";
import { sharedTelemetry } from "../../../cli/health/sharedTelemetry";

const at = (catalog: string, matchLabels?: Record<string, string>, namespace = "istio-ingress") => ({
  kind: "Telemetry",
  metadata: {
    name: `istio-ingress-${catalog}`,
    namespace,
    labels: { "app.kubernetes.io/managed-by": "meshwright", "app.kubernetes.io/part-of": catalog },
  },
  spec: matchLabels ? { selector: { matchLabels } } : {},
});
const ingress = { istio: "ingress" };

describe("cli/health/sharedTelemetry", () => {
  it("finds Telemetry objects of two catalogs that select the same gateway", () => {
    expect(sharedTelemetry([at("shop", ingress), at("bank", ingress)])).to.deep.equal([
      {
        severity: "warning",
        culprit: "Telemetry istio-ingress/istio-ingress-bank",
        problem:
          'The catalogs "shop" and "bank" both have a Telemetry for these pods, the first one Telemetry istio-ingress/istio-ingress-shop: Istio applies only the older one.',
        fix: "Set telemetry.gateways to false in one of the catalogs, and deploy it again: pulumi up",
      },
    ]);
  });

  it("finds none for other pods, in other namespaces, of one catalog, for whole namespaces, or of no catalog", () => {
    const foreign = { ...at("bank", ingress), metadata: { name: "own", namespace: "istio-ingress" } };
    expect(
      sharedTelemetry([
        at("shop", ingress),
        at("shop", ingress),
        at("bank", { istio: "internal" }),
        at("bank", ingress, "bank"),
        at("bank"),
        at("other"),
        foreign,
      ]),
    ).to.deep.equal([]);
  });
});
