import { expect } from "chai";
import { forbidSecurityPatches, messages } from "../../policies/forbidSecurityPatches";
import { type Resource, unknown, validateResource } from "../engine";
import {
  asPatch,
  defaultDeny,
  destinationRule,
  istio,
  kubernetes,
  peerAuthentication,
  requestAuthentication,
} from "../resources";
import { said } from "../said";

const judge = (resource: Resource) => validateResource(forbidSecurityPatches, resource);
const selector = { matchLabels: { app: "nothing" } };
const onDeny = said("AuthorizationPolicy shop/default-deny");

describe("forbid-security-patches", () => {
  it("states the field, the problem and the fix", async () => {
    expect(await judge(asPatch(defaultDeny({ selector })))).to.deep.equal({
      violations: [
        "AuthorizationPolicy shop/default-deny: spec is changed by a patch, whose effect depends on the rest of the object. " +
          "Change the object itself instead.",
      ],
    });
  });

  it("accepts whole objects, and patches of metadata", async () => {
    expect((await judge(defaultDeny({ selector }))).violations).to.deep.equal([]);
    const labelled = istio(
      "security.istio.io/v1",
      "AuthorizationPolicy",
      { namespace: "shop", name: "default-deny", labels: { team: "shop" }, annotations: { note: "x" } },
      {},
    );
    const { spec, ...props } = labelled.props;
    expect(spec).to.deep.equal({});
    expect(await judge(asPatch({ ...labelled, props }))).to.deep.equal({ violations: [] });
    expect((await judge(asPatch(destinationRule()))).notApplicable).to.be.a("string");
  });

  it("refuses patches of the spec of every security object", async () => {
    for (const [resource, title] of [
      [defaultDeny({ selector }), "AuthorizationPolicy shop/default-deny"],
      [peerAuthentication({ selector }), "PeerAuthentication istio-system/default"],
      [requestAuthentication({}, { selector }), "RequestAuthentication shop/default"],
      [
        istio("networking.istio.io/v1", "Sidecar", { namespace: "shop", name: "default" }, { egress: [] }),
        "Sidecar shop/default",
      ],
    ] as const) {
      expect(await judge(asPatch(resource))).to.deep.equal({
        violations: [said(title)("spec", messages.spec())],
      });
    }
  });

  it("refuses patches of the dry-run annotation", async () => {
    for (const value of ["true", "false"]) {
      const { props, ...rest } = defaultDeny({}, { annotations: { "istio.io/dry-run": value } });
      const metadata = { ...props, spec: undefined };
      expect(await judge(asPatch({ ...rest, props: metadata }))).to.deep.equal({
        violations: [onDeny('metadata.annotations["istio.io/dry-run"]', messages.dryRun())],
      });
    }
  });

  it("refuses tools that change or delete security objects", async () => {
    const match = (kind: string) => ({ any: [{ resources: { kinds: [kind] } }] });
    const kyverno = (kind: string, spec: object) =>
      kubernetes("kyverno.io/v1", kind, { metadata: { name: "x" }, spec });
    const rule = (fields: object) => kyverno("ClusterPolicy", { rules: [{ name: "x", ...fields }] });
    const mutate = { patchStrategicMerge: {} };
    const at = "spec.rules[0].match.any[0].resources.kinds[0]";
    for (const [resource, title, path, kind] of [
      [rule({ match: match("PeerAuthentication"), mutate }), "ClusterPolicy x", at, "PeerAuthentication"],
      [rule({ match: match("*"), mutate }), "ClusterPolicy x", at, "*"],
      [
        rule({ match: match("security.istio.io/v1/*"), mutate }),
        "ClusterPolicy x",
        at,
        "security.istio.io/v1/*",
      ],
      [
        rule({ match: match("Pod"), mutate: { targets: [{ kind: "Sidecar" }] } }),
        "ClusterPolicy x",
        "spec.rules[0].mutate.targets[0].kind",
        "Sidecar",
      ],
      [
        kyverno("ClusterCleanupPolicy", { match: match("AuthorizationPolicy") }),
        "ClusterCleanupPolicy x",
        "spec.match.any[0].resources.kinds[0]",
        "AuthorizationPolicy",
      ],
      [
        patched("AuthorizationPolicy"),
        "Kustomization x",
        "spec.patches[0].target.kind",
        "AuthorizationPolicy",
      ],
    ] as const) {
      expect(await judge(resource)).to.deep.equal({ violations: [said(title)(path, messages.tool(kind))] });
    }
    const gatekeeper = (group: string, kind: string, kinds: string) =>
      kubernetes(`${group}.gatekeeper.sh/v1`, kind, {
        metadata: { name: "x" },
        spec: { match: { kinds: [{ apiGroups: ["*"], kinds: [kinds] }] } },
      });
    expect(await judge(gatekeeper("mutations", "AssignMetadata", "AuthorizationPolicy"))).to.deep.equal({
      violations: [
        said("AssignMetadata x")("spec.match.kinds[0].kinds[0]", messages.tool("AuthorizationPolicy")),
      ],
    });
    for (const resource of [
      gatekeeper("constraints", "K8sRequiredLabels", "AuthorizationPolicy"),
      gatekeeper("constraints", "K8sRequiredLabels", "*"),
      kyverno("ClusterCleanupPolicy", { match: match("Job"), exclude: match("AuthorizationPolicy") }),
      rule({ match: match("Pod"), mutate }),
      rule({ match: match("apps/v1/*"), mutate }),
      rule({ match: match("PeerAuthentication"), validate: {} }),
      kyverno("ClusterCleanupPolicy", { match: match("Job") }),
      patched("Deployment"),
    ]) {
      expect(await judge(resource)).to.deep.equal({ violations: [] });
    }

    function patched(kind: string): Resource {
      const spec = { patches: [{ target: { kind }, patch: "[]" }] };
      return kubernetes("kustomize.toolkit.fluxcd.io/v1", "Kustomization", { metadata: { name: "x" }, spec });
    }
  });

  it("reports unknown values as undecided", async () => {
    const patch = asPatch(defaultDeny());
    expect(await judge({ ...patch, props: { ...patch.props, spec: unknown } })).to.deep.equal({
      violations: [],
      undecided: "AuthorizationPolicy shop/default-deny: string value at .spec can't be known during preview",
    });
  });
});
