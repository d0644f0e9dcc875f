import { expect } from "chai";
import type { ServiceDefinition } from "../../catalog";
import { checkMesh } from "../../mesh";

const ports = {
  http: { port: 8080, protocol: "http" },
  admin: { port: 9090, protocol: "http" },
} as const;

const found = (mtls: ServiceDefinition["mtls"]): string[] =>
  checkMesh({ name: "shop", services: { api: { ports, mtls } } })
    .findings.filter(({ code }) => code === "MW303")
    .map(({ path, message }) => `${path}: ${message}`);

const plaintext =
  "accepts plaintext, whose sender has no identity: only the AuthorizationPolicy can still deny it";

describe("the check of mutual TLS", () => {
  it("finds a service whose ports all accept plaintext", () => {
    expect(found({ mode: "PERMISSIVE" })).to.deep.equal([
      `services.api.mtls.mode: every port of "api" ${plaintext}`,
    ]);
  });

  it("finds the port that accepts plaintext, and no other port", () => {
    expect(found({ ports: { admin: "PERMISSIVE", http: "STRICT" } })).to.deep.equal([
      `services.api.mtls.ports.admin: the port "admin" of "api" ${plaintext}`,
    ]);
  });

  it("accepts a service whose ports all are STRICT", () => {
    expect(found({ mode: "STRICT", ports: { admin: "STRICT" } })).to.deep.equal([]);
    expect(found(undefined)).to.deep.equal([]);
  });
});
