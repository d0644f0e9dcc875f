import { expect } from "chai";
import { find, http, metadata, render } from "./render";

describe("peerAuthentication", () => {
  it("is STRICT in the root namespace and in every namespace of the mesh", () => {
    const objects = render({
      name: "shop",
      rootNamespace: "istio-root",
      services: { web: { ports: { http } }, api: { namespace: "backend", ports: { http } } },
    }).filter(({ kind }) => kind === "PeerAuthentication");
    expect(objects.map(({ metadata: { namespace, name } }) => [namespace, name])).to.deep.equal([
      ["backend", "default"],
      ["istio-root", "default"],
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
});
