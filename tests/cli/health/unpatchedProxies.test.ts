import { expect } from "chai";
import type { V1Pod } from "@kubernetes/client-node";
import { unpatchedProxies } from "../../../cli/health/unpatchedProxies";
import type { JudgedObject } from "../../../cli/health/snapshot";
import { find, http, render } from "../../mesh/render";

/** The filter that is rendered for a service with a rate limit. */
const rendered = find(
  render({
    name: "shop",
    istioVersion: "1.31.0",
    services: { web: { ports: { http }, rateLimit: { requests: 1, per: "1s" } } },
  }),
  "EnvoyFilter",
  "web-rate-limit",
) as unknown as JudgedObject;

const pod = (version: string, labels: object = { app: "web" }, namespace = "shop"): V1Pod => ({
  metadata: { name: `web-${version}`, namespace, labels: { ...labels } },
  spec: { containers: [{ name: "istio-proxy", image: `docker.io/istio/proxyv2:${version}` }] },
});
const brief = (objects: readonly JudgedObject[], ...pods: V1Pod[]): string[] =>
  unpatchedProxies({ objects, pods }).map(
    ({ culprit, problem }) => `${culprit}: ${problem.split(",")[0] ?? ""}`,
  );

describe("cli/health/unpatchedProxies", () => {
  it("names the versions of proxies that no patch of a filter matches, with their number", () => {
    expect(
      unpatchedProxies({
        objects: [rendered],
        pods: [pod("1.29.4"), pod("1.29.4-distroless"), pod("1.31.0"), pod("1.32.1")],
      }),
    ).to.deep.equal([
      {
        severity: "error",
        culprit: "EnvoyFilter shop/web-rate-limit",
        problem:
          "It does not apply to 2 proxies of version 1.29.4, which it selects. No patch matches this version, so the limits that it sets are off there.",
        fix: "If istiod has another version, restart the pods: kubectl rollout restart deployment -n shop. Otherwise set istioVersion to 1.29.4 in the catalog, and deploy it again: pulumi up",
      },
      {
        severity: "error",
        culprit: "EnvoyFilter shop/web-rate-limit",
        problem:
          "It does not apply to 1 proxy of version 1.32.1, which it selects. No patch matches this version, so the limits that it sets are off there.",
        fix: "If istiod has another version, restart the pods: kubectl rollout restart deployment -n shop. Otherwise set istioVersion to 1.32.1 in the catalog, and deploy it again: pulumi up",
      },
    ]);
  });

  it("accepts the minor version of the filter and the one before it", () => {
    expect(brief([rendered], pod("1.31.0"), pod("1.31.7-distroless"), pod("1.30.2"))).to.deep.equal([]);
  });

  it("leaves out pods that the filter does not select, pods without a proxy, and filters of others", () => {
    const bare = pod("1.29.4");
    bare.spec = { containers: [{ name: "web", image: "web:1.29.4" }] };
    expect(
      brief([rendered], pod("1.29.4", { app: "api" }), pod("1.29.4", { app: "web" }, "bank"), bare),
    ).to.deep.equal([]);
    const foreign = { ...rendered, metadata: { name: "own", namespace: "shop" } };
    expect(brief([foreign], pod("1.29.4"))).to.deep.equal([]);
    expect(brief([rendered], pod("1.29.4"))).to.have.lengthOf(1);
  });

  it("counts a patch without a version, and any patch that matches", () => {
    const patched = (...versions: (string | undefined)[]): JudgedObject =>
      ({
        ...rendered,
        spec: {
          configPatches: versions.map((proxyVersion) => ({
            ...(proxyVersion !== undefined && { match: { proxy: { proxyVersion } } }),
          })),
        },
      }) as JudgedObject;
    expect(brief([patched("^1\\.31\\..*", "^1\\.29\\..*")], pod("1.29.4", {}))).to.deep.equal([]);
    expect(brief([patched(undefined)], pod("1.29.4", {}))).to.deep.equal([]);
    expect(brief([patched("^1\\.31\\..*")], pod("1.29.4", {}))).to.deep.equal([
      "EnvoyFilter shop/web-rate-limit: It does not apply to 1 proxy of version 1.29.4",
    ]);
  });
});
