import { expect } from "chai";
import { http, metadata, render } from "./render";

describe("podDisruptionBudget", () => {
  it("lets one of several pods be missing, and keeps no single pod on its node", () => {
    const objects = render({
      name: "shop",
      services: {
        web: { ports: { http }, workload: { image: "web:1", replicas: 3 } },
        api: { ports: { http }, workload: { image: "api:1", replicas: 1 } },
        scaled: {
          ports: { http },
          workload: {
            image: "scaled:1",
            replicas: 5,
            autoscaling: { minReplicas: 1, maxReplicas: 5, averageUtilization: 50 },
            resources: { requests: { cpu: "50m" } },
          },
        },
      },
    });
    expect(objects.filter(({ kind }) => kind === "PodDisruptionBudget")).to.deep.equal([
      {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: metadata("web", "services.web"),
        spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web", version: "v1" } } },
      },
    ]);
  });
});
