import { expect } from "chai";
import fc from "fast-check";
import { type Model, mayConnect, type PlainObject, readObjects, type Workload } from "../../effect";
import { addressesAt } from "../../effect/classes";
import { fieldsAt, listAt, textAt, textsAt } from "../../effect/field";
import { networkDifferences } from "../../effect/networkDifference";
import { policiesOf } from "../../effect/networkPolicy";
import { namespaceOf } from "./networkObjects";
import { object, service, workload } from "./objects";
import { randomNetworkPolicies } from "./randomNetworkPolicies";

const outside = { addresses: [], isPublic: true } as const;
const openness = { denied: 0, unknown: 1, allowed: 2 } as const;
/** Of UDP, a port that no rule names shows that all ports are open. */
const ports = { TCP: [8080, 65000], UDP: [65000, 8080] } as const;
const workloads = ["shop/web", "shop/api", "bank/web", "bank/ledger", "free/web", "free/api"].map((name) =>
  workload(name, { ports: [8080], namedPorts: { http: 8080 } }),
);

/** Clients outside of the cluster at the borders of the blocks that a server's policies name. */
function addressesOf(before: Model, after: Model, server: Workload): { readonly addresses: string[] }[] {
  const policies = [after, before].flatMap((model) => policiesOf(model, server, "ingress"));
  const peers = policies.flatMap(({ spec }) =>
    listAt(spec, "ingress").flatMap((rule) => listAt(rule, "from").map((peer) => fieldsAt(peer, "ipBlock"))),
  );
  const blocks = peers.flatMap((block) => [textAt(block, "cidr") ?? "", ...textsAt(block, "except")]);
  return policies.length === 0 ? [] : addressesAt(blocks).map((address) => ({ addresses: [address] }));
}

/** The kinds of changes of each server, and the first client that has each, of all clients one by one. */
function oneByOne(before: Model, after: Model, own: readonly Workload[]): string[] {
  return own.flatMap((server) =>
    (["network opened", "network closed"] as const).flatMap((kind) => {
      const clients = [...own, outside, ...addressesOf(before, after, server)];
      const changedBy = (protocol: "TCP" | "UDP") =>
        clients.flatMap((client) =>
          ports[protocol].flatMap((port) => {
            const connection = {
              from: "namespace" in client ? { workload: client } : client,
              to: { workload: server },
              port,
              protocol,
            };
            const [was, is] = [mayConnect(before, connection), mayConnect(after, connection)];
            const [less, more] = [openness[was.answer], openness[is.answer]];
            const sure = was.answer !== "unknown" && is.answer !== "unknown";
            const own = less === more ? undefined : less < more ? "network opened" : "network closed";
            return own === kind ? [{ client, port, sure, protocol }] : [];
          }),
        );
      const tcp = changedBy("TCP");
      // What both protocols show is shown by TCP.
      const udp = changedBy("UDP").filter(
        (one) =>
          !tcp.some(
            ({ client, port, sure }) =>
              client === one.client && port === one.port && (sure || sure === one.sure),
          ),
      );
      const changed = [...tcp, ...udp];
      const first = changed.find(({ sure }) => sure) ?? changed[0];
      if (first === undefined) return [];
      const { client, port, sure, protocol } = first;
      const from = "namespace" in client ? `${client.namespace}/${client.name}` : "outside";
      return [`${kind} ${server.namespace}/${server.name} ${from} ${protocol} ${port} ${sure}`];
    }),
  );
}

/** The same of the groups, for the workloads that are known. */
function inGroups(before: Model, after: Model, own: readonly Workload[], limit: number): string[] {
  const pairs = own.map((one) => [one, one] as const);
  return networkDifferences(before, after, pairs, limit).flatMap(
    ({ kind, workload: { namespace, name, assumed }, witness, sure }) => {
      if (witness === undefined || assumed) return [];
      const { identity, port, transport = "TCP" } = witness;
      const from = identity ? `${identity.namespace}/${identity.serviceAccount}` : "outside";
      return [`${kind} ${namespace}/${name} ${from} ${transport} ${port} ${sure}`];
    },
  );
}

describe("effect/clientGroups", () => {
  const model = (policies: readonly PlainObject[], known: readonly PlainObject[]): Model =>
    readObjects([...known, ...policies], { workloads });

  it("find the changes that all clients one by one have, however many pods a peer may select", () => {
    let found = 0;
    const known = fc.constantFrom<PlainObject[]>([namespaceOf("bank", { team: "money" })], []);
    const limits = fc.constantFrom(0, 1, 2, 16);
    const check = (
      old: PlainObject[],
      now: PlainObject[],
      namespaces: PlainObject[],
      limit: number,
    ): void => {
      const [before, after] = [model(old, namespaces), model(now, namespaces)];
      const expected = oneByOne(before, after, before.workloads);
      expect(inGroups(before, after, before.workloads, limit)).to.deep.equal(expected);
      found += expected.length;
    };
    fc.assert(fc.property(randomNetworkPolicies, randomNetworkPolicies, known, limits, check), {
      numRuns: 600,
    });
    expect(found).to.be.greaterThan(800);
  });

  it("keep a changed default deny of 600 services linear", () => {
    const count = 600;
    const app = (index: number) => ({ matchLabels: { app: `s-${index}` } });
    const own = Array.from({ length: count }, (_, i) => workload(`shop/s-${i}`, { ports: [8080] }));
    const policies = own.map((_, i) =>
      object("NetworkPolicy", `shop/s-${i}`, {
        podSelector: app(i),
        policyTypes: ["Ingress", "Egress"],
        ingress: [{ from: [{ podSelector: app((i + 1) % count) }], ports: [{ port: 8080 }] }],
        egress: [{ to: [{ podSelector: app((i + count - 1) % count) }] }],
      }),
    );
    const deny = (ingress: readonly object[]): PlainObject =>
      object("NetworkPolicy", "shop/default-deny", { podSelector: {}, policyTypes: ["Ingress"], ingress });
    const of = (first: PlainObject): Model =>
      readObjects([service("shop/s-0"), first, ...policies], { workloads: own });
    const [closed, open] = [of(deny([])), of(deny([{}]))];
    const pairs = own.map((one) => [one, one] as const);
    const start = process.cpuUsage();
    const changes = networkDifferences(closed, open, pairs);
    const { user, system } = process.cpuUsage(start);
    // One by one, these are a million decisions.
    expect((user + system) / 1e6).to.be.lessThan(2);
    expect(changes).to.have.length(count);
  });
});
