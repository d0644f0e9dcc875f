import { expect } from "chai";
import type { ServiceDefinition } from "../../catalog";
import { find, http, metadata, render } from "./render";

describe("peerAuthentication", () => {
  it("is STRICT in every namespace of the mesh, and leaves the root namespace to the control plane", () => {
    const objects = render({
      name: "shop",
      rootNamespace: "istio-root",
      services: { web: { ports: { http } }, api: { namespace: "backend", ports: { http } } },
    }).filter(({ kind }) => kind === "PeerAuthentication");
    expect(objects.map(({ metadata: { namespace, name } }) => [namespace, name])).to.deep.equal([
      ["backend", "default"],
      ["shop", "default"],
    ]);
    expect(find(objects, "PeerAuthentication", "default", "shop")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: metadata("default", "namespace"),
      spec: { mtls: { mode: "STRICT" } },
    });
    for (const { spec } of objects) expect(spec).to.deep.equal({ mtls: { mode: "STRICT" } });
  });

  it("is a service's own where it says so, by the ports of its pods", () => {
    const ports = {
      http: { port: 80, targetPort: 8080, protocol: "http" },
      admin: { port: 9090, protocol: "http" },
    };
    const objects = render({
      name: "shop",
      services: {
        web: { ports: { http }, mtls: {} },
        api: { ports: ports as ServiceDefinition["ports"], mtls: { ports: { http: "STRICT" } } },
      },
    });
    expect(find(objects, "PeerAuthentication", "web").spec).to.deep.equal({
      selector: { matchLabels: { app: "web" } },
      mtls: { mode: "STRICT" },
    });
    expect(find(objects, "PeerAuthentication", "api")).to.deep.equal({
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: metadata("api", "services.api.mtls"),
      spec: {
        selector: { matchLabels: { app: "api" } },
        mtls: { mode: "STRICT" },
        portLevelMtls: { 8080: { mode: "STRICT" } },
      },
    });
  });
});
