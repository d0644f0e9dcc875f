import { expect } from "chai";
import { adapted } from "../../prove/cluster";
import { probes } from "../../prove/standIns";
import { subjectOf } from "../../cli/proof/subject";

const workload = { image: "example.com/app:1" };
const { mesh, objects } = subjectOf({
  name: "shop",
  catalog: {
    name: "shop",
    services: {
      web: { ports: { http: { port: 8080, protocol: "http" } }, workload },
      nightly: { workload: { ...workload, kind: "CronJob", schedule: "0 3 * * *" }, calls: { web: {} } },
    },
    gateways: {
      own: {
        hosts: {
          "own.example.com": { tls: { credentialName: "own" }, routes: [{ prefix: "/", service: "web" }] },
        },
      },
      installed: {
        namespace: "platform",
        serviceAccount: "platform-gateway",
        selector: { app: "platform-gateway" },
        hosts: {
          "www.example.com": { tls: { credentialName: "www" }, routes: [{ prefix: "/", service: "web" }] },
        },
      },
    },
  },
});

describe("what a laboratory brings up", () => {
  it("has a pod of a CronJob, which runs now, with its labels and its service account", () => {
    const nightly = adapted(objects, mesh).filter(
      ({ metadata }) => metadata.name === "nightly" && metadata.namespace === "shop",
    );
    expect(nightly.map(({ kind }) => kind)).to.have.members(["Deployment", "ServiceAccount", "Sidecar"]);
    const deployment = nightly.find(({ kind }) => kind === "Deployment") as unknown as {
      spec: { selector: { matchLabels: object }; template: { metadata: { labels: object }; spec: object } };
    };
    const { selector, template } = deployment.spec;
    expect(template.metadata.labels).to.include({ app: "nightly" });
    expect(template.metadata.labels).to.include(selector.matchLabels);
    expect(template.spec).to.include({ serviceAccountName: "nightly", restartPolicy: "Always" });
  });

  it("has the service accounts of gateways that the catalog does not install", () => {
    const accounts = probes(mesh).filter(({ kind }) => kind === "ServiceAccount");
    expect(accounts.map(({ metadata: { namespace, name } }) => `${namespace ?? ""}/${name}`)).to.deep.equal([
      "platform/platform-gateway",
    ]);
  });
});
