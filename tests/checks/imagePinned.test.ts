import { expect } from "chai";
import { text } from "../../checks/rules/imagePinned";
import { foundBy } from "./found";

/** The findings about an image of a workload, and about that of a version. */
function found(image: string): string[] {
  const ports = { http: { port: 8080, protocol: "http" } };
  const versions = { v1: { image }, v2: {} };
  const traffic = { weights: { v1: 100, v2: 0 } };
  return foundBy("MW904", {
    name: "shop",
    services: {
      web: { ports, workload: { image } },
      api: { ports, workload: { image: "api:1.0.0" }, versions, traffic },
    },
  });
}

describe("the check of images", () => {
  it("accepts tags of versions and digests, with and without a registry's port", () => {
    const digest = `@sha256:${"0".repeat(64)}`;
    for (const image of ["web:1.4.0", "r.example.com:5000/web:v2", `web${digest}`, `web:latest${digest}`]) {
      expect(found(image), image).to.deep.equal([]);
    }
  });

  it("finds images without a tag and tags that move, of workloads and of versions", () => {
    for (const image of ["web", "r.example.com:5000/web", "web:latest", "r.example.com:5000/web:latest"]) {
      const { message } = text(image);
      expect(found(image)).to.deep.equal([
        `services.api.versions.v1.image: ${message}`,
        `services.web.workload.image: ${message}`,
      ]);
    }
  });

  it("says what is wrong with each of them", () => {
    const moves = "each new pod may run another image";
    expect(text("web").message).to.equal(`web has no tag, which means latest: ${moves}`);
    expect(text("r.example.com:5000/web").message).to.include("has no tag");
    expect(text("web:latest").message).to.equal(`web:latest has the tag latest, which can move: ${moves}`);
    expect(text("auto").message).to.equal(
      "the image auto is replaced by the injector only in Istio's gateways",
    );
  });
});
