import { expect } from "chai";
import { difference, type PlainObject, readObjects } from "../../effect";
import { api, app, block, egress, ingress, named, namespaceOf, other, policy, web } from "./networkObjects";
import { object, service } from "./objects";

describe("differences of NetworkPolicies", () => {
  const changes = (before: PlainObject[], after: PlainObject[]): object[] => {
    const workloads = [web, api, other];
    const of = (objects: PlainObject[]) => readObjects([service("shop/api"), ...objects], { workloads });
    return difference(of(before), of(after)).map(
      ({ kind, workload: { name, namespace }, sure, witness, sent, before: was, after: is }) => ({
        kind,
        name: `${namespace}/${name}`,
        sure,
        ...(witness && { witness }),
        ...(sent && { sent }),
        was,
        is,
      }),
    );
  };

  it("are connections that pass now, or no longer, with a client that shows it", () => {
    const narrow = ingress([{ podSelector: app("web") }], [{ port: 8080 }]);
    const wide = ingress([{ podSelector: app("web") }, named("bank")], [{ port: 8080 }]);
    const identity = { trustDomain: "cluster.local", namespace: "bank", serviceAccount: "web" };
    const denied = "denied: ingress (NetworkPolicy shop/api)";
    const allowed = "allowed: ingress (NetworkPolicy shop/api)";
    const change = { name: "shop/api", sure: true, witness: { port: 8080, protocol: "tcp", identity } };
    expect(changes([narrow], [wide])).to.deep.equal([
      { kind: "network opened", ...change, was: denied, is: allowed },
    ]);
    expect(changes([wide], [narrow])).to.deep.equal([
      { kind: "network closed", ...change, was: allowed, is: denied },
    ]);
    expect(changes([narrow], [narrow])).to.deep.equal([]);
  });

  it("are those of a Namespace and of pods whose labels change, if a policy reads them", () => {
    const rule = ingress([{ namespaceSelector: { matchLabels: { team: "money" } } }]);
    const bank = (labels: object): PlainObject[] => [rule, namespaceOf("bank", labels)];
    const kinds = (found: object[]) => found.map((one) => Object.values(one).slice(0, 2).join(" "));
    expect(kinds(changes(bank({ team: "toys" }), bank({ team: "money" })))).to.deep.equal([
      "network opened shop/api",
    ]);
    expect(changes(bank({ tier: "a" }), bank({ tier: "b" }))).to.deep.equal([]);
    // A Namespace that is not among the objects has unknown labels, not others.
    expect(changes([rule], bank({ team: "money" }))).to.deep.equal([]);
    const model = (labels: Readonly<Record<string, string>>) =>
      readObjects([service("shop/api"), policy({})], { workloads: [web, { ...api, labels }] });
    const found = (labels: Readonly<Record<string, string>>) =>
      difference(model({ app: "api" }), model(labels)).map(
        ({ kind, workload: { name } }) => `${kind} ${name}`,
      );
    expect(found({ app: "free" })).to.include("network opened api");
    expect(found({ app: "api", tier: "b" })).to.deep.equal([]);
  });

  it("are packets of UDP, unless connections show the same", () => {
    const rule = (ports: object[]) => ingress([{ podSelector: app("web") }], ports);
    const tcp = { protocol: "TCP", port: 8080 };
    const udp = { protocol: "UDP", port: 8080 };
    const witness = {
      port: 8080,
      protocol: "tcp",
      transport: "UDP",
      identity: { trustDomain: "cluster.local", namespace: "shop", serviceAccount: "web" },
    };
    const shown = (before: object[], after: object[]) =>
      changes([rule(before)], [rule(after)]).map((one) => {
        const { kind, witness: own } = one as { kind: string; witness?: object };
        return [kind, own];
      });
    expect(shown([tcp], [tcp, udp])).to.deep.equal([["network opened", witness]]);
    expect(shown([tcp, udp], [tcp])).to.deep.equal([["network closed", witness]]);
    expect(shown([tcp, udp], [udp, tcp])).to.deep.equal([]);
    const { transport, ...connection } = witness;
    expect(transport).to.equal("UDP");
    expect(shown([{ protocol: "TCP", port: 9090 }], [tcp, udp])[0]).to.deep.equal([
      "network opened",
      connection,
    ]);
  });

  it("are connections to hosts outside of the cluster", () => {
    const closed = egress([{ podSelector: {} }]);
    const open = egress([{ podSelector: {} }, block("0.0.0.0/0", "10.0.0.0/8")]);
    const found = changes([closed], [open]).map((one) => {
      const { kind, name, sent } = one as Record<string, unknown>;
      return { kind, name, sent };
    });
    const sent = { host: "unknown.example", port: 443 };
    expect(found).to.deep.include({ kind: "network opened", name: "shop/web", sent });
    expect(found).to.deep.include({ kind: "network opened", name: "shop/api", sent });
  });

  it("are connections to pods that only a policy names, by its ports of TCP and UDP", () => {
    const to = (peer: object, port: number, protocol = "TCP"): object => ({
      to: [peer],
      ports: [{ protocol, port }],
    });
    const allowing = (...rules: object[]): PlainObject =>
      policy({ podSelector: {}, policyTypes: ["Egress"], egress: rules }, "shop/egress");
    const istiod = { ...named("istio-system"), podSelector: app("istiod") };
    const found = (before: PlainObject, after: PlainObject): string[] =>
      changes([before], [after]).flatMap((one) => {
        const { kind, name, witness } = one as { kind: string; name: string; witness?: { port: number } };
        return witness ? [`${kind} ${name} ${witness.port}`] : [];
      });
    const all = allowing(to(named("dns"), 53), to(istiod, 15012));
    expect(found(all, allowing(to(istiod, 15012)))).to.deep.equal(["network closed dns/* 53"]);
    expect(found(allowing(to(named("dns"), 53)), all)).to.deep.equal([
      "network opened istio-system/istiod 15012",
    ]);
    expect(found(all, all)).to.deep.equal([]);
    // Of other protocols, and of namespaces by other labels, it is unknown which pods there are.
    expect(found(allowing(to(named("dns"), 53, "SCTP")), allowing())).to.deep.equal([]);
    expect(found(allowing(to(named("dns"), 53, "UDP")), allowing())).to.deep.equal([
      "network closed dns/* 53",
    ]);
    expect(
      found(allowing(to({ namespaceSelector: { matchLabels: { team: "dns" } } }, 53)), allowing()),
    ).to.deep.equal([]);
    const own = { ...named("bank"), podSelector: app("web") };
    expect(found(allowing(to(own, 80)), allowing())).to.deep.equal([]);
  });

  it("are connections to each host that a ServiceEntry names, by its own addresses if it has any", () => {
    const entry = (name: string, more: object = {}): PlainObject =>
      object("ServiceEntry", `shop/${name}`, {
        hosts: [`${name}.example.com`],
        location: "MESH_EXTERNAL",
        ports: [{ number: 443, name: "tls", protocol: "TLS", targetPort: 8443 }],
        resolution: "DNS",
        ...more,
      });
    const fixed = { resolution: "STATIC", endpoints: [{ address: "203.0.113.9" }] };
    const entries = [entry("bank"), entry("vault", fixed), entry("ledger", { location: "MESH_INTERNAL" })];
    const sent = (before: PlainObject, after: PlainObject): string[] =>
      changes([...entries, before], [...entries, after]).flatMap((one) => {
        const {
          kind,
          name,
          sent: to,
          sure,
        } = one as { kind: string; name: string; sent?: { host: string; port: number }; sure: boolean };
        return name === "shop/web" && to ? [`${kind} ${to.host}:${to.port}${sure ? "" : "?"}`] : [];
      });
    const open = egress([block("0.0.0.0/0")]);
    expect(sent(open, egress([block("203.0.113.0/24")]))).to.include.members([
      "network closed bank.example.com:443?",
    ]);
    expect(sent(open, egress([{ podSelector: {} }])).slice(0, 2)).to.deep.equal([
      "network closed bank.example.com:443",
      "network closed vault.example.com:443",
    ]);
    const port = (number: number): PlainObject => egress([block("0.0.0.0/0")], [{ port: number }]);
    expect(sent(port(8443), port(443)).slice(0, 2)).to.deep.equal([
      "network closed bank.example.com:443",
      "network closed vault.example.com:443",
    ]);
  });

  it("are connections to single addresses, at the borders of the blocks that change", () => {
    const sentOf = (before: PlainObject, after: PlainObject) =>
      changes([before], [after]).map((one) => {
        const { kind, sent, was, is } = one as Record<string, unknown>;
        return { kind, sent, was, is };
      });
    const one = egress([block("198.51.100.7/32")], [{ port: 1414 }]);
    const many = egress([block("198.51.100.0/24")], [{ port: 1414 }]);
    const decided = (answer: string): string => `${answer}: egress (NetworkPolicy shop/egress)`;
    const sent = { host: "198.51.100.0", port: 1414 };
    const change = { sent, was: decided("denied"), is: decided("allowed") };
    expect(sentOf(one, many)[0]).to.deep.equal({ kind: "network opened", ...change });
    expect(sentOf(many, one)[0]).to.deep.equal({
      kind: "network closed",
      sent: { host: "198.51.100.8", port: 1414 },
      was: decided("allowed"),
      is: decided("denied"),
    });
    // Another policy already allows the first addresses of the block.
    const known = { ...one, metadata: { ...(one as { metadata: object }).metadata, name: "known" } };
    const first = egress([block("198.51.100.0/28")], [{ port: 1414 }]);
    const kept = { ...first, metadata: { ...(first as { metadata: object }).metadata, name: "kept" } };
    const hosts = changes([known, kept], [known, kept, many]).map(
      (found) => (found as { sent?: unknown }).sent,
    );
    const next = { host: "198.51.100.16", port: 1414 };
    expect(hosts).to.deep.equal([next, next]); // of web and api
    // The same addresses in two blocks.
    const halves = egress([block("198.51.100.0/25"), block("198.51.100.128/25")], [{ port: 1414 }]);
    expect(sentOf(many, halves)).to.deep.equal([]);
  });

  it("are connections from single addresses", () => {
    const near = ingress([block("203.0.113.0/25")], [{ port: 8080 }]);
    const far = ingress([block("203.0.113.0/24")], [{ port: 8080 }]);
    const witness = { port: 8080, protocol: "tcp", address: "203.0.113.128" };
    const [found, ...more] = changes([near], [far]);
    expect(found).to.deep.include({ kind: "network opened", witness });
    expect(more).to.deep.equal([]);
    expect(changes([far], [far])).to.deep.equal([]);
  });

  it("are connections to the ports that a policy adds", () => {
    const everywhere = block("0.0.0.0/0");
    const https = egress([everywhere], [{ port: 443 }]);
    const ports = (after: PlainObject) =>
      changes([https], [after]).flatMap((one) => {
        const { name, sent } = one as Record<string, unknown>;
        return name === "shop/web" && sent !== undefined ? [sent] : [];
      });
    expect(ports(egress([everywhere]))).to.deep.equal([{ host: "unknown.example", port: 65000 }]);
    const range = egress([everywhere], [{ port: 443, endPort: 500 }]);
    expect(ports(range)).to.deep.equal([{ host: "unknown.example", port: 500 }]);
    expect(ports(egress([everywhere], [{ port: 443, endPort: 443 }]))).to.deep.equal([]);
  });

  it("count the clients that gain the same port", () => {
    const all = ingress([{ namespaceSelector: {} }], [{ port: 8080 }]);
    const alike = (before: PlainObject, after: PlainObject) => {
      const workloads = [web, api, other];
      const of = (one: PlainObject) => readObjects([service("shop/api"), one], { workloads });
      return difference(of(before), of(after)).map((one) => [one.kind, one.alike ?? 0]);
    };
    const denying = ingress([{ podSelector: app("none") }], [{ port: 8080 }]);
    expect(alike(denying, all)).to.deep.equal([["network opened", 2]]);
    expect(alike(denying, ingress([{ podSelector: app("web") }], [{ port: 8080 }]))).to.deep.equal([
      ["network opened", 0],
    ]);
  });
});
