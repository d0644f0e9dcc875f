import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { listedIn } from "../../../cli/drift/manifest";

const manifest = `# Source: a comment before the first document
apiVersion: v1
kind: ConfigMap
metadata:
    labels:
        name: not-this
    # a comment
    name: "settings"
    namespace: 'shop'
data:
  text: |
    kind: Secret
    metadata:
      name: inner
--- # the next
{ apiVersion: v1, kind: Service, metadata: { name: web } }
---
metadata:
  name: account # a comment
  namespace: shop
kind: ServiceAccount
apiVersion: v1
---
---
apiVersion: v1
kind: List
items: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: system:istiod
`;

describe("cli/drift/manifest", () => {
  it("identifies objects as a parser does, in any style", () => {
    expect(listedIn(manifest).map(({ parsed, ...own }) => [own, parsed()])).to.deep.equal(
      parseAllDocuments(manifest)
        .map((document) => document.toJS() as { metadata?: { name: string; namespace?: string } } | null)
        .filter((object) => object?.metadata !== undefined)
        .map((object) => {
          const { apiVersion, kind, metadata } = object as unknown as Record<string, object>;
          const { name, namespace } = metadata as { name: string; namespace?: string };
          return [{ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }, object];
        }),
    );
  });

  it("parses only objects in another style", () => {
    expect(listedIn("apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata: [\n")).to.have.length(1);
  });
});
