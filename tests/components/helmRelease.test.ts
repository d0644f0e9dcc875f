import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { declareRelease } from "../../components/helmRelease";
import { registrations } from "./registrations";

const spec = {
  name: "istiod",
  chart: "istiod",
  version: "1.31.0",
  repository: "https://charts.example.com",
  namespace: "istio-system",
  values: {},
};

/** The options with which the release is registered. */
async function optionsOf(own: pulumi.CustomResourceOptions): Promise<pulumi.CustomResourceOptions> {
  const seen: pulumi.ResourceOptions[] = [];
  const transformations: pulumi.ResourceTransformation[] = [
    ({ opts }) => {
      seen.push(opts);
      return undefined;
    },
  ];
  await registrations(() => {
    declareRelease("istio-istiod", spec, 60, { ...own, transformations });
  });
  expect(seen).to.have.length(1);
  return seen[0] as pulumi.CustomResourceOptions;
}

describe("components/helmRelease", () => {
  it("is deleted before another replaces it, because both own the same cluster-wide objects", async () => {
    expect(await optionsOf({})).to.include({ deleteBeforeReplace: true });
    expect(await optionsOf({ deleteBeforeReplace: false })).to.include({ deleteBeforeReplace: false });
  });
});
