import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { addOnCharts } from "../../components";
import { Api } from "./api";
import { inProcess } from "./inProcess";
import type { Ended } from "./run";

const namespace = "aikernel-monitoring";
const pods = "/api/v1/pods";

/** A pod as the official chart makes it, as far as the command looks. */
function pod(tool: string, port: number, place = namespace, ready = true): object {
  const secret = (key: string) => ({ valueFrom: { secretKeyRef: { name: "grafana-admin", key } } });
  return {
    metadata: { name: `${tool}-0`, namespace: place, labels: { "app.kubernetes.io/name": tool } },
    spec: {
      nodeName: "node",
      serviceAccountName: tool,
      containers: [
        { name: "helper" },
        {
          name: tool,
          ports: [{ containerPort: port }],
          ...(tool === "grafana" && {
            env: [
              { name: "GF_SECURITY_ADMIN_USER", ...secret("admin-user") },
              { name: "GF_SECURITY_ADMIN_PASSWORD", ...secret("admin-password") },
            ],
          }),
        },
      ],
    },
    status: { phase: "Pending", conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
  };
}

const list = (...items: object[]): object => ({ items });

/** The API server is a stand-in: the sandbox's pods exist in the API only, and nothing can be led into them. */
describe("cli/open", () => {
  let api: Api;
  let folder: string;
  beforeEach(async () => {
    api = new Api();
    folder = mkdtempSync(join(tmpdir(), "open-"));
    writeFileSync(join(folder, "kubeconfig"), (await api.start()).exportConfig());
    api.objects["/api/v1/nodes/node"] = { status: { daemonEndpoints: { kubeletEndpoint: { Port: 10250 } } } };
    api.onData = (send) => {
      send(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
    };
  });
  afterEach(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });
  const open = (tool: string, ...args: string[]): Promise<Ended> =>
    inProcess(["open", tool, "--kubeconfig", join(folder, "kubeconfig"), ...args], {
      interruptAt: "Press Ctrl-C to stop forwarding.",
    });

  const tools: Record<string, [port: number, path: string, login: string]> = {
    kiali: [20001, "/kiali", `Log in with a token: kubectl create token kiali -n ${namespace}`],
    grafana: [
      3000,
      "/",
      "Log in with the user and password that this command prints:\n  kubectl get secret grafana-admin",
    ],
    jaeger: [16686, "/", "It has no login."],
    prometheus: [9090, "/", "It has no login."],
  };
  for (const [tool, [port, path, login]] of Object.entries(tools)) {
    it(`leads to ${tool}, in whatever namespace, says how to log in, and ends with Ctrl-C`, async () => {
      api.objects[pods] = list(pod(tool, port), pod("other", port, "shop"));
      api.objects[`/api/v1/namespaces/${namespace}/pods`] = api.objects[pods];
      api.objects[`/api/v1/namespaces/${namespace}/configmaps`] = list();
      const { exitCode, stdout, stderr } = await open(tool);
      expect(exitCode, stderr).to.equal(0);
      expect(stdout).to.match(new RegExp(`^\\w+ of ${namespace} is at http://localhost:\\d+${path}$`, "m"));
      expect(stdout).to.contain(login);
      expect(api.asked[0]).to.equal(
        `/api/v1/namespaces/${namespace}/pods/${tool}-0/portforward?ports=${port}`,
      );
    });
  }

  it("knows every tool that the components install", () => {
    const installed = Object.keys(addOnCharts).join(" ");
    for (const tool of Object.keys(tools)) expect(installed).to.contain(tool);
  });

  it("prints Grafana's password only when it is told to", async () => {
    api.objects[pods] = list(pod("grafana", 3000));
    api.objects[`/api/v1/namespaces/${namespace}/pods`] = api.objects[pods];
    const encode = (text: string): string => Buffer.from(text).toString("base64");
    api.objects[`/api/v1/namespaces/${namespace}/secrets/grafana-admin`] = {
      data: { "admin-user": encode("admin"), "admin-password": encode("opensesame") },
    };
    expect((await open("grafana", "--show-password")).stdout).to.contain(
      "Log in as admin with the password opensesame",
    );
    expect((await open("grafana")).stdout).to.not.contain("opensesame");
  });

  const failures: [what: string, prepare: () => void, told: string][] = [
    [
      "there is none",
      () => (api.objects[pods] = list()),
      "no pod has the label app.kubernetes.io/name=kiali.\nfix: Install it:",
    ],
    [
      "it isn't ready",
      () => (api.objects[pods] = list(pod("kiali", 20001, namespace, false))),
      `Kiali isn't ready: ${namespace}/kiali-0 is Pending.\nfix: See its events: kubectl describe pod -n ${namespace} kiali-0`,
    ],
    [
      "there is more than one",
      () => (api.objects[pods] = list(pod("kiali", 20001), pod("kiali", 20001, "istio-system"))),
      `in the namespaces ${namespace}, istio-system.\nfix: Choose one: --namespace ${namespace}|istio-system`,
    ],
    [
      "one may not look everywhere",
      () => (api.objects[pods] = null),
      "doesn't permit you to list pods in all namespaces (403).",
    ],
    [
      "one may not forward ports",
      () => {
        api.objects[pods] = list(pod("kiali", 20001));
        api.objects[`/api/v1/namespaces/${namespace}/pods`] = api.objects[pods];
        api.objects[`/api/v1/namespaces/${namespace}/pods/kiali-0/portforward`] = null;
      },
      `The API server doesn't permit you to forward a port to Kiali (403).\nfix: Ask for the permission to create pods/portforward in ${namespace}.`,
    ],
  ];
  for (const [what, prepare, told] of failures) {
    it(`says so, and what to do, when ${what}`, async () => {
      prepare();
      const { exitCode, stderr } = await open("kiali");
      expect(stderr.replaceAll(/ +/g, " ")).to.contain(told);
      expect(exitCode).to.equal(1);
    });
  }

  it("needs no right to look at nodes or at other namespaces", async () => {
    const own = `/api/v1/namespaces/${namespace}/pods`;
    Object.assign(api.objects, {
      [pods]: null,
      "/api/v1/nodes/node": null,
      [own]: list(pod("jaeger", 16686)),
    });
    const { exitCode, stdout, stderr } = await open("jaeger", "--namespace", namespace);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.contain(`Jaeger of ${namespace} is at`);
  });
});
