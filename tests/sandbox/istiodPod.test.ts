import { expect } from "chai";
import { istiodProcess } from "../../sandbox/istiodPod";
import type { SandboxConfig } from "../../sandbox/state";

describe("sandbox/istiodPod", () => {
  const ports = { http: 8, webhooks: 9, grpc: 10, secureGrpc: 11, monitoring: 12, controlZ: 13 };
  const config = {
    state: "/state",
    programs: { "pilot-discovery": "/bin/istiod" },
  } as unknown as SandboxConfig;
  const pod = {
    metadata: {
      name: "istiod-1",
      namespace: "istio-system",
      labels: { app: "istiod", "istio.io/rev": "default" },
    },
    spec: {
      serviceAccountName: "istiod",
      containers: [
        {
          name: "discovery",
          args: ["discovery", "--monitoringAddr=:15014"],
          env: [
            { name: "REVISION", value: "default" },
            { name: "POD_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
            { name: "SERVICE_ACCOUNT", valueFrom: { fieldRef: { fieldPath: "spec.serviceAccountName" } } },
            { name: "KUBECONFIG", value: "/var/run/secrets/remote/config" },
            { name: "GOMEMLIMIT", valueFrom: { resourceFieldRef: { resource: "limits.memory" } } },
          ],
        },
      ],
    },
  };

  it("runs the pod's own arguments and environment, on ports and with a kubeconfig of the sandbox", () => {
    expect(istiodProcess(config, ports, pod, "default", "/state/istiod.kubeconfig")).to.deep.equal({
      name: "istiod",
      program: "/bin/istiod",
      args: [
        "discovery",
        "--monitoringAddr=:15014",
        "--kubeconfig=/state/istiod.kubeconfig",
        "--httpAddr=127.0.0.1:8",
        "--httpsAddr=127.0.0.1:9",
        "--grpcAddr=127.0.0.1:10",
        "--secureGRPCAddr=127.0.0.1:11",
        "--monitoringAddr=127.0.0.1:12",
        "--ctrlz_port=13",
      ],
      env: {
        REVISION: "default",
        POD_NAME: "istiod-1",
        SERVICE_ACCOUNT: "istiod",
        ISTIOD_CUSTOM_HOST: "localhost",
      },
      cwd: "/state/istiod-default",
      ports,
      health: "http://127.0.0.1:8/ready",
    });
  });

  it("names the process of another revision after it", () => {
    expect(istiodProcess(config, ports, pod, "1-31-0", "/k").name).to.equal("istiod-1-31-0");
  });
});
