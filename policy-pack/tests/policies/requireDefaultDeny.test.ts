import { expect } from "chai";
import { messages, requireDefaultDeny } from "../../policies/requireDefaultDeny";
import { type Resource, unknown, validateStack } from "../engine";
import { joining, joiningElsewhere, notJoining } from "../joining";
import {
  authorizationPolicy,
  defaultDeny,
  deployment,
  gatewayRelease,
  istiod,
  namespace,
} from "../resources";

const judge = (stack: Resource[], configuration = {}) =>
  validateStack(requireDefaultDeny, stack, configuration);
const missing = messages.namespace;

describe("require-default-deny", () => {
  it("states the object, the problem and the fix", () => {
    expect(messages.namespace("shop")).to.equal(
      "Namespace shop has no AuthorizationPolicy without spec.selector and spec.rules, so a workload that no other policy " +
        "selects accepts every request. Add one, named default-deny, with an empty spec.",
    );
    expect(messages.workload("Deployment shop/catalog")).to.equal(
      "Deployment shop/catalog: no AuthorizationPolicy with action ALLOW selects its pods, and the stack does not own the " +
        "namespace, so the workload may accept every request. Add one whose spec.selector selects them.",
    );
  });

  it("accepts a default deny in the namespace, or one for the mesh", async () => {
    for (const deny of [
      defaultDeny(),
      defaultDeny({ action: "ALLOW", rules: [] }),
      defaultDeny({ selector: {} }),
      defaultDeny({}, { namespace: "istio-system" }),
      defaultDeny({}, { annotations: { "istio.io/dry-run": "false" } }),
      defaultDeny({}, { annotations: { "istio.io/dry-run": "yes" } }),
    ]) {
      expect(await judge([namespace(), deny])).to.deep.equal({ violations: [] });
    }
  });

  it("refuses a policy that is meant as one, a dry run or of a waypoint, also with one for the mesh", async () => {
    const mesh = defaultDeny({}, { namespace: "istio-system" });
    const waypoint = {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: "waypoint" }],
    };
    for (const meant of [
      defaultDeny({}, { name: "meant", annotations: { "istio.io/dry-run": "true" } }),
      defaultDeny(waypoint, { name: "meant" }),
      defaultDeny({ targetRef: waypoint.targetRefs[0] }, { name: "meant" }),
    ]) {
      expect(await judge([namespace(), mesh, meant])).to.deep.equal({ violations: [missing("shop")] });
      expect(await judge([namespace(), defaultDeny(), meant])).to.deep.equal({ violations: [] });
    }
    for (const other of [
      defaultDeny(waypoint, { name: "other", namespace: "bank" }),
      defaultDeny({ ...waypoint, action: "DENY" }, { name: "other" }),
      defaultDeny({ ...waypoint, rules: [{}] }, { name: "other" }),
      defaultDeny(
        { selector: { matchLabels: { app: "catalog" } } },
        { name: "other", annotations: { "istio.io/dry-run": "true" } },
      ),
    ]) {
      expect(await judge([namespace(), mesh, other])).to.deep.equal({ violations: [] });
    }
  });

  it("refuses each namespace without one, however it joins the mesh", async () => {
    for (const labels of [
      { "istio-injection": "enabled" },
      { "istio.io/rev": "1-31-0" },
      { "istio.io/dataplane-mode": "ambient" },
    ]) {
      expect(await judge([namespace(labels)])).to.deep.equal({ violations: [missing("shop")] });
    }
    expect(await judge([namespace(), defaultDeny(), namespace(undefined, "bank")])).to.deep.equal({
      violations: [missing("bank")],
    });
  });

  it("requires a policy for each workload in a namespace that the stack does not own", async () => {
    const asking = deployment({
      metadata: { labels: { app: "catalog", "sidecar.istio.io/inject": "true" } },
    });
    const message = messages.workload("Deployment shop/catalog");
    for (const others of [
      [],
      [authorizationPolicy({ action: "DENY" })],
      [authorizationPolicy({ selector: { matchLabels: { app: "cart" } } })],
      // Istio ignores the selector beside targetRefs.
      [authorizationPolicy({ targetRefs: [{ kind: "Gateway", name: "public" }] })],
      [authorizationPolicy({}, { annotations: { "istio.io/dry-run": "true" } })],
      [authorizationPolicy({}, { namespace: "bank" })],
    ]) {
      expect(await judge([asking, ...others])).to.deep.equal({ violations: [message] });
    }
    for (const guarded of [
      // The last one has rules and selects all pods of the namespace.
      ...[{}, { action: undefined }, { rules: undefined }, { selector: undefined }].map((changes) =>
        authorizationPolicy(changes),
      ),
      defaultDeny(),
    ]) {
      expect(await judge([asking, guarded])).to.deep.equal({ violations: [] });
    }
    // The stack owns the namespace, which requires one policy for all workloads.
    expect(await judge([namespace({}), asking, authorizationPolicy()])).to.deep.equal({
      violations: [missing("shop")],
    });
  });

  it("judges the workloads that join the mesh by themselves only, each in its own namespace", async () => {
    const messagesOf = [
      messages.workload("Deployment shop/catalog"),
      messages.workload("Deployment bank/catalog"),
    ];
    expect(await judge([joining, joiningElsewhere])).to.deep.equal({ violations: messagesOf });
    expect(await judge([joining, ...notJoining])).to.deep.equal({ violations: messagesOf.slice(0, 1) });
  });

  it("refuses policies that are not a default deny", async () => {
    for (const other of [
      authorizationPolicy(),
      authorizationPolicy({ rules: undefined }),
      defaultDeny({ rules: [{}] }),
      defaultDeny({ action: "DENY" }),
      defaultDeny({ targetRefs: [{ kind: "Gateway", name: "waypoint" }] }),
      defaultDeny({ targetRef: { kind: "Gateway", name: "waypoint" } }),
      defaultDeny({}, { namespace: "bank" }),
      ...[true, "true", "True", "TRUE", "t", "T", "1"].map((dry) =>
        defaultDeny({}, { annotations: { "istio.io/dry-run": dry } }),
      ),
    ]) {
      expect(await judge([namespace(), other])).to.deep.equal({ violations: [missing("shop")] });
    }
  });

  it("requires none in gateways' namespaces and the root namespace", async () => {
    const stack = [
      namespace(undefined, "istio-ingress"),
      gatewayRelease(),
      namespace(undefined, "istio-system"),
      istiod(),
    ];
    expect(await judge(stack)).to.deep.equal({ violations: [] });
  });

  it("finds the root namespace in istiod's values or in its own settings", async () => {
    const stack = [namespace(), defaultDeny({}, { namespace: "mesh-root" })];
    expect(await judge(stack)).to.deep.equal({ violations: [missing("shop")] });
    expect(await judge(stack, { rootNamespace: "mesh-root" })).to.deep.equal({ violations: [] });
    const moved = istiod({ meshConfig: { rootNamespace: "mesh-root" } });
    expect(await judge([...stack, moved])).to.deep.equal({ violations: [] });
    const undone = istiod({
      meshConfig: { rootNamespace: "mesh-root" },
      pilot: { meshConfig: { rootNamespace: "istio-config" } },
    });
    expect(await judge([...stack, undone])).to.deep.equal({ violations: [missing("shop")] });
  });

  it("does not apply if no namespace is in the mesh", async () => {
    for (const labels of [{}, { "istio-injection": "disabled", "istio.io/rev": "1-31-0" }]) {
      expect(await judge([namespace(labels), deployment()])).to.deep.equal({
        violations: [],
        notApplicable: "The stack has no namespace whose pods get a sidecar",
      });
    }
  });

  it("excludes namespaces with excludeFor", async () => {
    const excludeFor = [{ namespace: "shop" }];
    expect(await judge([namespace()], { excludeFor })).to.deep.equal({ violations: [] });
  });

  it("reports unknown values as undecided, unless the violation does not depend on them", async () => {
    const open = defaultDeny({ rules: unknown });
    expect(await judge([namespace(), open, namespace(undefined, "bank")])).to.deep.equal({
      violations: [missing("bank")],
      undecided:
        "AuthorizationPolicy shop/default-deny: string value at .spec.rules can't be known during preview",
    });
    expect(await judge([namespace(), open, defaultDeny()])).to.deep.equal({ violations: [] });
  });
});
