import { expect } from "chai";
import { z } from "zod";
import { defineMesh } from "../../catalog";
import { deploy } from "../../program/deploy";
import { definePlatform } from "../../program/platform";

const catalog = defineMesh({
  name: "shop",
  services: { web: { ports: { http: { port: 8080, protocol: "http" } } } },
});

describe("program/platform", () => {
  it("takes what is the same in every stack as it is", () => {
    const shop = definePlatform({ name: "shop", catalog, controlPlane: { revision: "blue" } });
    expect(shop.name).to.equal("shop");
    expect(shop.catalog("dev", {})).to.equal(catalog);
    expect(shop.controlPlane?.("dev")).to.deep.equal({ revision: "blue" });
    expect(shop).to.not.have.property("observability");
  });

  it("takes functions of a stack's environment and options", () => {
    const shop = definePlatform({
      name: "shop",
      options: z.strictObject({ host: z.hostname() }).partial(),
      catalog: (environment, { host = "shop.example.com" }) => ({
        ...catalog,
        name: `${environment}-${host}`,
      }),
      observability: (environment) => ({ kiali: { replicas: environment === "prod" ? 2 : 1 } }),
    });
    expect(shop.catalog("prod", { host: "shop.example.org" }).name).to.equal("prod-shop.example.org");
    expect(shop.catalog("dev", {}).name).to.equal("dev-shop.example.com");
    expect(shop.observability?.("prod", {})).to.deep.equal({ kiali: { replicas: 2 } });
    expect(shop.options.safeParse({ host: "not a host" }).success).to.equal(false);
  });

  it("has no options unless it declares some", () => {
    const { options } = definePlatform({ name: "shop", catalog });
    expect(options.safeParse({})).to.deep.include({ success: true, data: {} });
    expect(options.safeParse({ host: "shop.example.org" }).success).to.equal(false);
  });

  it("is found on the program that deploys it, without running that", () => {
    const shop = definePlatform({ name: "shop", catalog });
    const program = deploy(shop);
    expect(program).to.be.a("function");
    expect(program.platforms).to.deep.equal([shop]);
  });
});
