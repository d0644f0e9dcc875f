import { expect } from "chai";
import { defineMesh, type MeshDefinition } from "../../catalog";
import { subjectOf } from "../../cli/proof/subject";
import { proveStatically, type ProofSubject } from "../../prove";
import { refutedClaims } from "./shop";

/** What differs between the catalogs of these tests. */
interface Fields {
  readonly grpcTimeout: `${number}s`;
  readonly outsideTimeout: `${number}s`;
  readonly othersTimeout: `${number}s`;
  readonly targetPort: number;
  readonly protocol: "http" | "http2";
  readonly roles: readonly [string, ...string[]];
  readonly methods: readonly ("GET" | "HEAD" | "PATCH")[];
  readonly minProtocolVersion: "TLSV1_2" | "TLSV1_3";
  readonly credentialName: string;
  readonly jwksUri: string;
  readonly prefix: `/${string}`;
}

const declared: Fields = {
  grpcTimeout: "3s",
  outsideTimeout: "7s",
  othersTimeout: "9s",
  targetPort: 8443,
  protocol: "http",
  roles: ["reader", "writer"],
  methods: ["GET", "HEAD"],
  minProtocolVersion: "TLSV1_3",
  credentialName: "shop-cert",
  jwksUri: "https://auth.example.com/jwks.json",
  prefix: "/",
};

function catalogOf(fields: Fields): MeshDefinition {
  const { grpcTimeout, outsideTimeout, othersTimeout, roles, methods, prefix } = fields;
  const workload = { image: "example.com/app:1", replicas: 1 };
  return defineMesh({
    name: "shop",
    environment: "staging",
    jwtRules: [{ issuer: "https://auth.example.com", jwksUri: fields.jwksUri }],
    services: {
      web: {
        ports: { http: { port: 80, targetPort: 8080, protocol: fields.protocol } },
        workload,
        calls: { stock: { timeout: grpcTimeout }, pay: {} },
      },
      stock: {
        ports: { grpc: { port: 9000, protocol: "grpc" } },
        resilience: { timeout: othersTimeout },
        workload,
      },
      shell: {
        ports: { http: { port: 80, targetPort: 8080, protocol: "http" } },
        workload,
        calls: { web: {} },
      },
    },
    externalServices: {
      pay: {
        host: "pay.example.com",
        ports: { http: { port: 80, targetPort: fields.targetPort, protocol: "http" } },
        tls: { mode: "SIMPLE" },
        resilience: { timeout: outsideTimeout },
      },
    },
    gateways: {
      edge: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: fields.credentialName, minProtocolVersion: fields.minProtocolVersion },
            routes: [{ prefix, service: "shell", methods, endUser: { claims: { roles } } }],
          },
        },
      },
    },
  });
}

const subjectWith = (fields: Partial<Fields>): ProofSubject =>
  subjectOf({ name: "shop", catalog: catalogOf({ ...declared, ...fields }) });

/** The claims that objects with other fields refute. */
const refutedBy = async (fields: Partial<Fields>): Promise<string[]> =>
  refutedClaims(await proveStatically({ ...subjectWith(fields), mesh: subjectWith({}).mesh }));

const leads = "shop.example.com/ leads to shell:http, as its route says";
const only = "shop.example.com/ admits only what its route says";
const mayCall = "istio-ingress/istio-ingress may call shell:http";

describe("the model", () => {
  it("proves every claim when the objects are the catalog's", async () => {
    expect(await refutedBy({})).to.deep.equal([]);
  });

  const mistakes: readonly [string, Partial<Fields>, readonly string[]][] = [
    [
      "the timeout of a gRPC call",
      { grpcTimeout: "4s" },
      ["requests of web to stock have the declared timeout and retries"],
    ],
    [
      "the timeout of a host outside of the mesh",
      { outsideTimeout: "8s" },
      ["requests of web to pay have the declared timeout and retries"],
    ],
    [
      "the timeout of clients without a call of their own",
      { othersTimeout: "10s" },
      ["requests of any other client to stock have the declared timeout and retries"],
    ],
    [
      "the port of a host outside of the mesh",
      { targetPort: 9443 },
      ["web reaches pay:http outside of the mesh, over TLS that its proxy starts"],
    ],
    ["the version of HTTP", { protocol: "http2" }, ["shell reaches web:http through its Sidecar"]],
    ["the second value of a claim", { roles: ["reader", "owner"] }, [leads, `${mayCall}, as its calls say`]],
    [
      "a method that is rarely used",
      { methods: ["GET", "HEAD", "PATCH"] },
      [only, `${mayCall} only as its calls say`],
    ],
    ["the oldest version of TLS", { minProtocolVersion: "TLSV1_2" }, ["shop.example.com refuses TLS 1.2"]],
    ["the Secret of a certificate", { credentialName: "other-cert" }, [leads]],
    [
      "the address of a key set",
      { jwksUri: "https://auth.example.com/keys" },
      [leads, `${mayCall}, as its calls say`],
    ],
    ["the prefix of a route", { prefix: "/shop" }, [leads]],
  ];
  for (const [mistake, fields, claims] of mistakes) {
    it(`refutes its claims when objects have another value of ${mistake}`, async () => {
      expect(await refutedBy(fields)).to.include.members([...claims]);
    });
  }

  it("reads a list of certificates, each of which has to be provided", async () => {
    const real = subjectWith({});
    const withNames = (credentialNames: readonly string[]) => {
      const text = JSON.stringify(real.objects);
      const list = `"credentialNames":${JSON.stringify(credentialNames)}`;
      const objects = JSON.parse(
        text.replaceAll('"credentialName":"shop-cert"', list),
      ) as typeof real.objects;
      return proveStatically({ ...real, objects });
    };
    expect(refutedClaims(await withNames(["shop-cert"]))).to.deep.equal([]);
    expect(refutedClaims(await withNames(["shop-cert", "other-cert"]))).to.include(leads);
    expect(refutedClaims(await withNames([]))).to.include(leads);
  });

  it("refutes a route that is wider than the declared one, by a request that the route answers", async () => {
    const real = subjectWith({});
    const proofs = await proveStatically({ ...real, mesh: subjectWith({ prefix: "/shop" }).mesh });
    expect(refutedClaims(proofs)).to.include("shop.example.com leads nowhere without a route");
  });
});
