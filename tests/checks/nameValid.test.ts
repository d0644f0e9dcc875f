import { expect } from "chai";
import { formatPath } from "../../catalog";
import { fixes, text } from "../../checks/rules/nameValid";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };
const web = { ports: { http } };
const host = { tls: { credentialName: "shop" }, routes: [{ prefix: "/", service: "web" }] };

/** The findings in a catalog, each with its kind of name and its fix. */
function found(more: object): string[] {
  const { findings } = checkMesh({ name: "shop", services: { web }, ...more });
  return findings
    .filter(({ code }) => code === "MW105")
    .map(({ path, message, fix }) => `${path}: ${message}: ${fix}`);
}
const inWeb = (fields: object): string[] => found({ services: { web: { ...web, ...fields } } });
const inGateway = (fields: object): string[] =>
  found({ gateways: { public: { hosts: { "a.example.com": host }, ...fields } } });

const wrong = (path: string, kind: string, name: string, fix: string): string[] => {
  const { message } = text(kind, name, fix);
  return [`${path}: ${message}: ${fix}`];
};
const a = (length: number): string => "a".repeat(length);
/** Labels of 63 characters, separated by dots, with a length as a whole. */
const dotted = (length: number): string => `${a(63)}.${a(63)}.${a(63)}.${a(length - 192)}`;

describe("the check of names", () => {
  it("finds names of Kubernetes objects that are no labels, at their place and by their kind", () => {
    const places: [string, string, (name: string) => string[]][] = [
      ["name", "mesh", (name) => found({ name })],
      ["revision", "revision", (revision) => found({ revision })],
      ["namespace", "namespace", (namespace) => found({ namespace })],
      ["rootNamespace", "namespace", (rootNamespace) => found({ rootNamespace })],
      ["sharedNamespaces[1]", "namespace", (name) => found({ sharedNamespaces: ["edge", name] })],
      ["services.web.namespace", "namespace", (namespace) => inWeb({ namespace })],
      [
        "services.web.admit.jobs.namespace",
        "namespace",
        (namespace) => inWeb({ admit: { jobs: { namespace, serviceAccount: "jobs" } } }),
      ],
      [
        "services.web.admit.jobs.serviceAccount",
        "service account",
        (serviceAccount) => inWeb({ admit: { jobs: { namespace: "jobs", serviceAccount } } }),
      ],
      ["gateways.public.release", "Helm release", (release) => inGateway({ release })],
      ["gateways.public.namespace", "namespace", (namespace) => inGateway({ namespace })],
      [
        "gateways.public.serviceAccount",
        "service account",
        (serviceAccount) => inGateway({ namespace: "edge", serviceAccount, selector: { app: "edge" } }),
      ],
    ];
    for (const [path, kind, given] of places) {
      for (const name of ["a", "a-1", a(63)]) expect(given(name), `${path} ${name}`).to.deep.equal([]);
      for (const name of ["A", "-a", "a-", "a.b", "a_b", a(64)]) {
        expect(given(name), `${path} ${name}`).to.deep.equal(wrong(path, kind, name, fixes.label()));
      }
    }
    expect(found({ services: { web, Web: web } })).to.deep.equal(
      wrong("services.Web", "service", "Web", fixes.label()),
    );
    const gateways = { Edge: { hosts: { "a.example.com": host } } };
    expect(found({ gateways })).to.deep.equal(wrong("gateways.Edge", "gateway", "Edge", fixes.label()));
  });

  it("finds names that objects of a namespace and the egress gateway have", () => {
    for (const name of ["default", "default-deny", "allow-istio"]) {
      expect(found({ services: { web, [name]: web } })).to.deep.equal(
        wrong(`services.${name}`, "service", name, fixes.reserved),
      );
    }
    expect(found({ gateways: { "istio-egress": { hosts: { "a.example.com": host } } } })).to.deep.equal(
      wrong("gateways.istio-egress", "gateway", "istio-egress", fixes.egressGateway),
    );
  });

  it("leaves room in names for what Kubernetes and versions add to them", () => {
    const named = (name: string, fields: object): string[] =>
      found({ services: { web, [name]: { ...web, ...fields } } });
    const set = { workload: { image: "a:1", kind: "StatefulSet" } };
    expect(named(a(63), {})).to.deep.equal([]);
    expect(named(a(52), set)).to.deep.equal([]);
    expect(named(a(53), set)).to.deep.equal(wrong(`services.${a(53)}`, "service", a(53), fixes.label(52)));
    const versions = (version: string): object => ({
      workload: { image: "a:1" },
      versions: { [version]: {}, v2: {} },
      traffic: { weights: { [version]: 100, v2: 0 } },
    });
    expect(named("api", versions(a(59)))).to.deep.equal([]);
    expect(named("api", versions(a(60)))).to.deep.equal(
      wrong(`services.api.versions.${a(60)}`, "version", a(60), fixes.label(59)),
    );
  });

  it("finds names of ports that are no names of Kubernetes ports", () => {
    const bank = (port: string): object => ({
      externalServices: {
        bank: { host: "bank.example.com", ports: { [port]: { port: 443, protocol: "tls" } } },
      },
    });
    for (const port of ["a", "http-2", "a".repeat(15)]) {
      expect(inWeb({ ports: { [port]: http } }), port).to.deep.equal([]);
      expect(found(bank(port)), port).to.deep.equal([]);
    }
    for (const port of ["HTTP", "x--y", "1-2", "-a", a(16)]) {
      expect(inWeb({ ports: { [port]: http } })).to.deep.equal(
        wrong(`services.web.ports.${port}`, "port", port, fixes.port),
      );
      expect(found(bank(port))).to.deep.equal(
        wrong(`externalServices.bank.ports.${port}`, "port", port, fixes.port),
      );
    }
  });

  it("accepts domains as service accounts and trust domains", () => {
    const account = (name: string): string[] => inWeb({ serviceAccount: { name } });
    for (const name of ["web", "web.shop", dotted(253)]) expect(account(name), name).to.deep.equal([]);
    for (const name of ["Web", "web.", "a..b", dotted(254)]) {
      expect(account(name)).to.deep.equal(
        wrong("services.web.serviceAccount.name", "service account", name, fixes.serviceAccount),
      );
    }
    for (const trustDomain of ["cluster.local", "shop", dotted(255)]) {
      expect(found({ trustDomain }), trustDomain).to.deep.equal([]);
    }
    for (const trustDomain of ["Shop", "a..b", `${a(64)}.local`, dotted(256)]) {
      expect(found({ trustDomain })).to.deep.equal(
        wrong("trustDomain", "trust domain", trustDomain, fixes.trustDomain),
      );
    }
  });

  it("finds names and keys of Secrets, ConfigMaps and volumes in workloads and versions", () => {
    const at = "services.web.workload";
    const workload = (fields: object): string[] => inWeb({ workload: { image: "a:1", ...fields } });
    const from = (kind: string, ref: object): object => ({ env: { TOKEN: { valueFrom: { [kind]: ref } } } });
    for (const [kind, title] of [
      ["secretKeyRef", "Secret"],
      ["configMapKeyRef", "ConfigMap"],
    ] as const) {
      const place = `env.TOKEN.valueFrom.${kind}`;
      expect(workload(from(kind, { name: "a.b", key: "A_b.c-1" }))).to.deep.equal([]);
      expect(workload(from(kind, { name: "A_b", key: "k" }))).to.deep.equal(
        wrong(`${at}.${place}.name`, title, "A_b", fixes.data),
      );
      expect(workload(from(kind, { name: "a", key: "k k" }))).to.deep.equal(
        wrong(`${at}.${place}.key`, "key", "k k", fixes.key),
      );
      const versions = { v1: from(kind, { name: "A_b", key: "k" }), v2: {} };
      const weights = { v1: 100, v2: 0 };
      expect(inWeb({ workload: { image: "a:1" }, versions, traffic: { weights } })).to.deep.equal(
        wrong(`services.web.versions.v1.${place}.name`, title, "A_b", fixes.data),
      );
    }
    const generated = (secret: string, key: string): string[] =>
      workload({ generatedSecrets: { [secret]: key } });
    expect(generated("web-token", "token")).to.deep.equal([]);
    expect(generated("Token", "token")).to.deep.equal(
      wrong(`${at}.generatedSecrets.Token`, "Secret", "Token", fixes.data),
    );
    expect(generated("token", "a b")).to.deep.equal(
      wrong(`${at}.generatedSecrets.token`, "key", "a b", fixes.key),
    );
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    expect(workload({ kind: "StatefulSet", volumeClaimTemplates: { Data: claim } })).to.deep.equal(
      wrong(`${at}.volumeClaimTemplates.Data`, "volume", "Data", fixes.label()),
    );
  });

  it("finds hosts of external services that no DNS name outside of the cluster has", () => {
    const of = (name: string): string[] =>
      found({ externalServices: { bank: { host: name, ports: { https: { port: 443, protocol: "tls" } } } } });
    const at = "externalServices.bank.host";
    for (const name of ["bank.example.com", "a.svc.example.com"]) expect(of(name), name).to.deep.equal([]);
    const cases: Record<string, string> = {
      "https://bank.example.com": fixes.bareHost("bank.example.com"),
      "bank.example.com/v1?a#b": fixes.bareHost("bank.example.com"),
      "bank.example.com:443": fixes.bareHost("bank.example.com"),
      "bank.example.com.": fixes.bareHost("bank.example.com"),
      "Bank.example.com": fixes.bareHost("bank.example.com"),
      "bank:80.example.com": fixes.externalHost,
      bank: fixes.externalHost,
      "bank_1.example.com": fixes.externalHost,
      "api.shop.svc": fixes.clusterHost,
      "api.shop.svc.cluster.local": fixes.clusterHost,
      "192.0.2.1": fixes.numericHost,
      "bank.5": fixes.numericHost,
    };
    for (const [name, fix] of Object.entries(cases)) {
      expect(of(name)).to.deep.equal(wrong(at, "host", name, fix));
    }
  });

  it("finds hosts of gateways that are no DNS names, and wildcards elsewhere than at the beginning", () => {
    const of = (name: string): string[] => found({ gateways: { public: { hosts: { [name]: host } } } });
    const long = `${dotted(241)}.com`;
    for (const name of ["a.example.com", "*.example.com", long]) expect(of(name), name).to.deep.equal([]);
    const cases: Record<string, string> = {
      "*.com": fixes.gatewayHost,
      "a.*.example.com": fixes.gatewayHost,
      "https://*.example.com": fixes.bareHost("*.example.com"),
      shop: fixes.gatewayHost,
      "192.0.2.1": fixes.numericGatewayHost,
      [`${dotted(242)}.com`]: fixes.gatewayHost,
    };
    for (const [name, fix] of Object.entries(cases)) {
      expect(of(name)).to.deep.equal(
        wrong(formatPath(["gateways", "public", "hosts", name]), "host", name, fix),
      );
    }
  });

  it("finds names of Secrets with certificates that Istio would not read", () => {
    const tls = (fields: object): string[] =>
      found({
        gateways: {
          public: { hosts: { "a.example.com": { ...host, tls: { credentialName: "shop", ...fields } } } },
        },
      });
    const at = 'gateways.public.hosts["a.example.com"].tls';
    expect(tls({ mode: "MUTUAL", caCertCredentialName: "shop-cacert" })).to.deep.equal([]);
    const cases = {
      "shop-cacert": fixes.secretOfCa,
      "edge/shop": fixes.secretNamespace,
      Shop: fixes.secret,
    };
    for (const [name, fix] of Object.entries(cases)) {
      expect(tls({ credentialName: name })).to.deep.equal(wrong(`${at}.credentialName`, "Secret", name, fix));
    }
    expect(tls({ mode: "MUTUAL", caCertCredentialName: "Shop" })).to.deep.equal(
      wrong(`${at}.caCertCredentialName`, "Secret", "Shop", fixes.secret),
    );
  });

  it("leaves room for the catalog's name in that of an external service with an egress gateway", () => {
    const named = (external: string, fields: object = { egressGateway: true }, name = "shop"): string[] =>
      found({
        name,
        externalServices: {
          [external]: {
            host: "bank.example.com",
            ports: { https: { port: 443, protocol: "tls" } },
            ...fields,
          },
        },
      });
    expect(named(a(58))).to.deep.equal([]);
    expect(named(a(59))).to.deep.equal(wrong(`externalServices.${a(59)}`, "service", a(59), fixes.label(58)));
    expect(named(a(63), {})).to.deep.equal([]);
    expect(named(a(63), { egressGateway: false })).to.deep.equal([]);
    expect(named("a", undefined, a(61))).to.deep.equal([]);
    expect(named("ab", undefined, a(61))).to.deep.equal(
      wrong("externalServices.ab", "service", "ab", fixes.label(1)),
    );
    expect(named("ab", undefined, a(62))).to.deep.equal([]);
  });

  it("finds names of claims that Istio can't match, at every depth", () => {
    const claims = (value: object): string[] =>
      found({
        services: { web: { ...web, calls: { api: { endUser: { claims: value } } } }, api: web },
        jwtRules: [{ issuer: "https://id.example.com" }],
      });
    const at = "services.web.calls.api.endUser.claims";
    expect(claims({ roles: ["a"] })).to.deep.equal([]);
    expect(claims({ "a b": ["a"] })).to.deep.equal(wrong(`${at}["a b"]`, "claim", "a b", fixes.claim));
    expect(claims({ outer: { "a*": ["a"] } })).to.deep.equal(
      wrong(`${at}.outer["a*"]`, "claim", "a*", fixes.claim),
    );
  });
});
