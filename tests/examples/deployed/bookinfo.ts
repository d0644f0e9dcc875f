import type { System } from "./system";

const workload = (app: string, version: string): System["workloads"][number] => ({
  name: `${app}-${version}`,
  labels: { app, version },
  account: `bookinfo-${app}`,
});
const service = (app: string): System["services"][number] => ({
  name: app,
  selector: { app },
  ports: [["http", 9080]],
});

/** Istio's Bookinfo 1.20.3: `samples/bookinfo/platform/kube/bookinfo.yaml`. */
export const deployed: System = {
  namespace: "bookinfo",
  workloads: [
    workload("details", "v1"),
    workload("productpage", "v1"),
    workload("ratings", "v1"),
    workload("reviews", "v1"),
    workload("reviews", "v2"),
    workload("reviews", "v3"),
  ],
  services: ["details", "productpage", "ratings", "reviews"].map(service),
};
