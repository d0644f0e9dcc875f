import { expect } from "chai";
import { normalize, type MeshDefinition } from "../../catalog";
import { isDeclaredCall } from "../../checks/declaredCall";
import { modelOf } from "../../checks/meshModel";
import type { Difference, RoutedRequest, Workload } from "../../effect";

const http = { port: 8080, protocol: "http" } as const;
const admin = { port: 9090, protocol: "http" } as const;
const database = { port: 5432, protocol: "tcp" } as const;

const mesh = normalize({
  name: "shop",
  services: {
    web: { ports: { http }, calls: { api: { port: "http" }, db: {}, bank: {} } },
    api: { ports: { http, admin } },
    db: { ports: { database }, workload: { kind: "StatefulSet", image: "db:1" } },
    other: { ports: { http }, namespace: "elsewhere" },
  },
  externalServices: { bank: { host: "bank.example.com", ports: { http } } },
} as unknown as MeshDefinition);

const workloadOf = (service: string): Workload => {
  const found = modelOf(mesh, []).workloads.find(({ name }) => name === service);
  if (!found) throw new Error(`there is no workload ${service}`);
  return found;
};

const declared = (service: string, sent: Partial<RoutedRequest> | undefined): boolean =>
  isDeclaredCall(mesh, { workload: workloadOf(service), sent } as unknown as Difference);

describe("checks/declaredCall", () => {
  const api = "api.shop.svc.cluster.local";

  it("declares what a service calls, to the port that it calls", () => {
    expect(declared("web", { host: api, port: 8080 })).to.equal(true);
    expect(declared("web", { host: api, port: 9090 })).to.equal(false);
    expect(declared("web", { host: "bank.example.com", port: 8080 })).to.equal(true);
    expect(declared("web", { host: "other.elsewhere.svc.cluster.local", port: 8080 })).to.equal(false);
  });

  it("declares nothing of another service, nor of one of the same labels in another namespace", () => {
    expect(declared("api", { host: "db.shop.svc.cluster.local", port: 5432 })).to.equal(false);
    const twin = { ...workloadOf("web"), namespace: "elsewhere" };
    const sent = { host: api, port: 8080 };
    expect(isDeclaredCall(mesh, { workload: twin, sent } as unknown as Difference)).to.equal(false);
  });

  it("knows the pods of a StatefulSet by the host of their headless Service, too", () => {
    const { headless } = mesh.services.find(({ name }) => name === "db") ?? {};
    expect(headless?.host).to.be.a("string");
    expect(declared("web", { host: headless?.host, port: 5432 })).to.equal(true);
    expect(declared("api", { host: headless?.host, port: 5432 })).to.equal(false);
  });

  it("takes what it can't know for declared: requests that are received, unknown hosts, gateways", () => {
    expect(declared("api", undefined)).to.equal(true);
    expect(declared("api", { host: "unknown.example.com", port: 443 })).to.equal(true);
    const gateway = { ...workloadOf("api"), proxy: "gateway" };
    const sent = { host: "db.shop.svc.cluster.local", port: 5432 };
    expect(isDeclaredCall(mesh, { workload: gateway, sent } as unknown as Difference)).to.equal(true);
  });
});
