import { expect } from "chai";
import { http, metadata, render } from "./render";

describe("horizontalPodAutoscaler", () => {
  it("is rendered for each version of a service that scales, and for no other", () => {
    const objects = render({
      name: "shop",
      services: {
        web: {
          ports: { http },
          workload: {
            image: "web:1",
            autoscaling: { minReplicas: 2, maxReplicas: 10, averageUtilization: 80 },
            resources: { requests: { cpu: "50m" } },
          },
        },
        api: { ports: { http }, workload: { image: "api:1" } },
      },
    });
    expect(objects.filter(({ kind }) => kind === "HorizontalPodAutoscaler")).to.deep.equal([
      {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: metadata("web", "services.web"),
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
          minReplicas: 2,
          maxReplicas: 10,
          metrics: [
            {
              type: "Resource",
              resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
            },
          ],
        },
      },
    ]);
  });
});
