import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import type { CheckedMesh } from "../../checks";
import { example } from "../../docs/fields/example";
import { checkMesh, renderMesh } from "../../mesh";
import { fullName } from "../../mesh/object";
import { mergePatch } from "../../mesh/overrides";
import { platformNames, platforms } from "../../platforms";
import { find, http, render } from "./render";
import { forAnyMesh } from "./rendered";

const shop = (overrides: NonNullable<MeshDefinition["overrides"]>): MeshDefinition => ({
  name: "shop",
  services: { web: { ports: { http } } },
  overrides,
});

function checked(definition: MeshDefinition): CheckedMesh {
  const { findings, mesh } = checkMesh(definition);
  if (!mesh) throw new Error(JSON.stringify(findings, null, 2));
  return mesh;
}

/** Overrides of every object that a catalog renders. */
function overridesOfAll(definition: MeshDefinition): NonNullable<MeshDefinition["overrides"]> {
  const byKind = Map.groupBy(renderMesh(checked(definition)), ({ kind }) => kind);
  return Object.fromEntries(
    [...byKind].map(([kind, objects]) => [
      kind,
      Object.fromEntries(objects.map((object) => [fullName(object), {}])),
    ]),
  );
}

describe("overrides", () => {
  it("change the object that they name, and no other", () => {
    const objects = render(
      shop({
        PeerAuthentication: { "shop/default": { metadata: { labels: { team: "checkout" } } } },
        Namespace: { shop: { metadata: { labels: { team: "checkout" } } } },
      }),
    );
    const peers = find(objects, "PeerAuthentication", "default", "shop");
    expect(peers.metadata.labels).to.include({ team: "checkout" });
    expect(peers.spec).to.deep.equal({ mtls: { mode: "STRICT" } });
    expect(find(objects, "AuthorizationPolicy", "default-deny", "shop").spec).to.deep.equal({});
    expect(find(objects, "Namespace", "shop").metadata.labels).to.include({
      team: "checkout",
      "istio-injection": "enabled",
    });
  });

  it("must name an object: all that don't are findings, each with the nearest name there is", () => {
    const { findings } = checkMesh(
      shop({
        PeerAuthentication: { default: {}, "shop/defaults": {} },
        DestinationRules: { "shop/web": {} },
        Namespace: { shop: {}, store: {} },
        Sidecar: { web: {} },
      }),
    );
    expect(findings.map(({ severity, code, path, fix }) => [severity, code, path, fix])).to.deep.equal([
      ["error", "MW115", 'overrides.DestinationRules["shop/web"]', 'did you mean "DestinationRule"?'],
      ["error", "MW115", "overrides.Namespace.store", 'use one of "shop", or remove it'],
      ["error", "MW115", "overrides.PeerAuthentication.default", 'did you mean "shop/default"?'],
      ["error", "MW115", 'overrides.PeerAuthentication["shop/defaults"]', 'did you mean "shop/default"?'],
      ["error", "MW115", "overrides.Sidecar.web", 'did you mean "shop/web"?'],
    ]);
  });

  it("may be of every object of any catalog, and of nothing else", () => {
    const unnamed = (definition: MeshDefinition, overrides: MeshDefinition["overrides"]): string[] =>
      checkMesh({ ...definition, overrides })
        .findings.filter(({ code }) => code === "MW115")
        .map(({ path }) => path);
    const expectNamed = (definition: MeshDefinition): void => {
      const all = overridesOfAll(definition);
      expect(unnamed(definition, all)).to.deep.equal([]);
      const more = { ...all, Sidecar: { ...all.Sidecar, "nowhere/web": {} } };
      expect(unnamed(definition, more)).to.deep.equal(['overrides.Sidecar["nowhere/web"]']);
    };
    forAnyMesh(expectNamed, { numRuns: 40 });
    for (const definition of [example, ...platformNames.map((name) => platforms[name].catalog("prod", {}))]) {
      expectNamed(definition);
    }
  });

  it("merge as RFC 7386 says in its appendix", () => {
    const cases: [unknown, unknown, unknown][] = [
      [{ a: "b" }, { a: "c" }, { a: "c" }],
      [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
      [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
      [{ a: ["b"] }, { a: "c" }, { a: "c" }],
      [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
      [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
      [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
      [{ e: null }, { a: 1 }, { e: null, a: 1 }],
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ];
    for (const [target, patch, result] of cases) {
      expect(mergePatch(target, patch), JSON.stringify(patch)).to.deep.equal(result);
    }
  });
});
