import { expect } from "chai";
import type { MeshDefinition } from "../../catalog";
import { refutedClaims, subjectFrom } from "./shop";
import { proveStatically } from "../../prove";

const http = { port: 8080, protocol: "http" };
const catalog = (mesh: object, cart: object): object => ({
  name: "shop",
  environment: "dev",
  services: {
    web: { ports: { http }, calls: { cart: { methods: ["GET"] } } },
    cart: { ports: { http }, ...cart },
    store: { ports: { http }, admit: { cli: { namespace: "tools" } } },
  },
  ...mesh,
});

describe("proofs of a catalog with dry runs", () => {
  const denials = async (mesh: object, cart: object): Promise<string[]> => {
    const proofs = await proveStatically(subjectFrom(catalog(mesh, cart) as MeshDefinition));
    expect(refutedClaims(proofs)).to.deep.equal([]);
    return proofs.flatMap(({ claim }) => (/^cart:http denies|only as its calls/.test(claim) ? [claim] : []));
  };
  const both = [
    "cart:http denies every identity without a call",
    "shop/web may call cart:http only as its calls say",
  ];

  it("claim no denials that a dry run does not enforce", async () => {
    expect(await denials({}, {})).to.have.members(both);
    expect(await denials({}, { authorization: "dryRun" })).to.deep.equal([]);
    expect(await denials({ authorization: "dryRun" }, {})).to.deep.equal([]);
    expect(await denials({ authorization: "dryRun" }, { authorization: "enforced" })).to.have.members(both);
  });
});
