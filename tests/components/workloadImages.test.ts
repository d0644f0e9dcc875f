import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { checkedMesh, ServiceMesh, type ServiceMeshArgs } from "../../components";
import { withImages } from "../../components/workloadImages";
import { type Manifest, renderMesh } from "../../mesh";
import { requireNonRoot } from "../../policy-pack/policies/requireNonRoot";
import { requirePinnedVersions } from "../../policy-pack/policies/requirePinnedVersions";
import { type Resource, unknown, validateResource } from "../../policy-pack/tests/engine";
import { type Registration, registrations } from "./registrations";

const http = { port: 8080, protocol: "http" };
const image = "registry.example.com/default:1.0.0";
const catalog = {
  name: "shop",
  services: {
    web: {
      ports: { http },
      calls: { api: {}, db: {} },
      workload: { image, pod: { containers: [{ name: "tool", image: "registry.example.com/tool:2.0.0" }] } },
    },
    api: {
      ports: { http },
      workload: { image },
      versions: { v1: {}, v2: {} },
      traffic: { weights: { v1: 100, v2: 0 } },
    },
    db: { ports: { http }, workload: { kind: "StatefulSet", image } },
    report: { calls: { web: {} }, workload: { kind: "CronJob", schedule: "0 3 * * *", image } },
    migrate: { calls: { web: {} }, workload: { kind: "Job", image } },
    cache: { ports: { http } },
  },
  suppressions: [{ code: "MW111", path: "services.cache", reason: "the example has no caller of it" }],
};

const register = (images?: ServiceMeshArgs["images"]): Promise<Registration[]> =>
  registrations(() => {
    new ServiceMesh("shop", { catalog, ...(images && { images }) });
  });

interface Template {
  readonly template?: {
    readonly spec: { readonly containers: readonly { readonly name: string; readonly image: unknown }[] };
  };
}

/** Images of all containers, by the resource's name. */
function imagesOf(seen: readonly Pick<Registration, "name" | "inputs">[]): Record<string, object> {
  return Object.fromEntries(
    seen.flatMap(({ name, inputs }) => {
      const spec = inputs.spec as
        (Template & { readonly jobTemplate?: { readonly spec: Template } }) | undefined;
      const { template } = spec?.jobTemplate?.spec ?? spec ?? {};
      const images = template?.spec.containers.map((one) => [one.name, one.image] as const);
      return images === undefined ? [] : [[name, Object.fromEntries(images)] as const];
    }),
  );
}

describe("components/workloadImages", () => {
  it("replaces the application's image in the workloads that are named, of every kind, and nothing else", async () => {
    const plain = await register();
    const seen = await register({
      web: "registry.example.com/web@sha256:00",
      "api-v2": pulumi.output("registry.example.com/api:2.0.0"),
      db: Promise.resolve("registry.example.com/db:1.0.0"),
      report: pulumi.interpolate`${pulumi.output("registry.example.com/report")}:3.0.0`,
      migrate: pulumi.output("registry.example.com/migrate:4.0.0"),
    });
    expect(imagesOf(seen)).to.deep.equal({
      "shop-CronJob/shop/report": { report: "registry.example.com/report:3.0.0" },
      "shop-Deployment/shop/api-v1": { api: image },
      "shop-Deployment/shop/api-v2": { api: "registry.example.com/api:2.0.0" },
      "shop-Deployment/shop/web": {
        web: "registry.example.com/web@sha256:00",
        tool: "registry.example.com/tool:2.0.0",
      },
      "shop-Job/shop/migrate": { migrate: "registry.example.com/migrate:4.0.0" },
      "shop-StatefulSet/shop/db": { db: "registry.example.com/db:1.0.0" },
    });
    const images = /registry\.example\.com\/(web|api|db|report|migrate)[:@][\w.:]+/g;
    const sorted = (all: readonly Registration[]): string[] =>
      all.map((one) => JSON.stringify(one).replaceAll(images, image)).sort();
    expect(sorted(seen)).to.deep.equal(sorted(plain));
  });

  it("names every entry that can't be, and the workloads that there are, before anything is registered", async () => {
    let message = "";
    const seen = await registrations(() => {
      try {
        const text = `${pulumi.output("registry.example.com/web") as unknown as string}:1.0.0`;
        const images = { api: image, cache: image, web: text, db: undefined, report: "" } as object;
        new ServiceMesh("shop", { catalog, images: images as Record<string, string> });
      } catch (error) {
        message = (error as Error).message;
      }
    });
    const known = 'Use one of "api-v1", "api-v2", "db", "migrate", "report", "web".';
    const value =
      "the value can't be an image. Use an image without spaces, or an Output. pulumi.interpolate puts Outputs into a string.";
    expect(message.split("\n")).to.deep.equal([
      `ServiceMesh "shop": images["api"]: the catalog has no workload "api". ${known}`,
      `ServiceMesh "shop": images["cache"]: the catalog has no workload "cache". ${known}`,
      `ServiceMesh "shop": images["web"]: ${value}`,
      `ServiceMesh "shop": images["db"]: ${value}`,
      `ServiceMesh "shop": images["report"]: ${value}`,
    ]);
    expect(seen).to.deep.equal([]);
  });

  it("says when an override leaves no container, and when the catalog deploys nothing", () => {
    const given = (own: object): (() => readonly Manifest[]) => {
      const { mesh } = checkedMesh("shop", { ...catalog, ...own });
      return () => withImages("shop", { mesh, objects: renderMesh(mesh) }, { web: image });
    };
    const other = { spec: { template: { spec: { containers: [{ name: "other", image }] } } } };
    const told =
      'ServiceMesh "shop": images["web"]: an override removes the container "web" from the Deployment. Change the override, or remove the image here.';
    expect(given({ overrides: { Deployment: { "shop/web": other } } })).to.throw(told);
    expect(given({ overrides: { Deployment: { "shop/web": { spec: null } } } })).to.throw(told);
    expect(given({ services: { web: { ports: { http } } }, suppressions: [] })).to.throw(
      'ServiceMesh "shop": images["web"]: the catalog has no workload "web". It has no workloads.',
    );
  });

  it("leaves the rest of a workload to policies while its image is unknown at preview", async () => {
    const seen: Resource[] = [];
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          seen.push({ type, name, props: inputs as Record<string, unknown> });
          return { id: name, state: type === "test:index:Repository" ? {} : (inputs as object) };
        },
        call: () => ({}),
      },
      "project",
      "stack",
      true,
    );
    class Repository extends pulumi.CustomResource {
      declare readonly imageUri: pulumi.Output<string>;
      constructor() {
        super("test:index:Repository", "web", { imageUri: undefined });
      }
    }
    const moving = { name: "tool", image: "registry.example.com/tool:latest" };
    const { web } = catalog.services;
    const services = {
      ...catalog.services,
      web: { ...web, workload: { image, pod: { containers: [moving] } } },
    };
    new ServiceMesh("shop", {
      catalog: { ...catalog, services },
      images: { web: new Repository().imageUri },
    });
    await pulumi.runtime.disconnect();

    const mark = JSON.stringify({ __pulumiUnknown: true });
    expect(seen.filter((one) => JSON.stringify(one).includes(mark)).map(({ name }) => name)).to.deep.equal([
      "shop-Deployment/shop/web",
    ]);
    const given = seen.find(({ name }) => name === "shop-Deployment/shop/web");
    // The engine hands it to policies in its own form.
    const deployment = JSON.parse(
      JSON.stringify(given).replaceAll(mark, JSON.stringify(unknown)),
    ) as Resource;
    expect(imagesOf([{ ...deployment, inputs: deployment.props }])).to.deep.equal({
      "shop-Deployment/shop/web": { web: unknown, tool: moving.image },
    });
    expect(await validateResource(requireNonRoot, deployment)).to.deep.equal({ violations: [] });
    const { violations, undecided } = await validateResource(requirePinnedVersions, deployment);
    expect(violations).to.have.lengthOf(1);
    expect(violations[0]).to.include("containers[1].image").and.to.include(moving.image);
    expect(undecided).to.include("string value at .spec.template.spec.containers.0.image");
  });
});
