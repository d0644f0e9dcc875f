import { expect } from "chai";
import { http, metadata, render } from "./render";

describe("serviceAccount", () => {
  it("is one for each service", () => {
    const objects = render({
      name: "shop",
      services: { web: { ports: { http } }, api: { ports: { http } } },
    });
    expect(objects.filter(({ kind }) => kind === "ServiceAccount")).to.deep.equal([
      { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("api", "services.api") },
      { apiVersion: "v1", kind: "ServiceAccount", metadata: metadata("web", "services.web") },
    ]);
  });
});
