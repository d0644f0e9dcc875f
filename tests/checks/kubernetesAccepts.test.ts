import { expect } from "chai";
import { isSchedule, isTimeZone } from "../../catalog/schedule";
import { checkMesh } from "../../mesh";

const ports = { http: { port: 8080, protocol: "http" } };
const image = "registry.example.com/web:1.0.0";

/** Code and path of the findings of a workload, without the ones about callers. */
function found(workload: object, service = "web", rest: object = {}): string[] {
  return checkMesh({
    name: "shop",
    services: { [service]: { ports, workload: { image, ...workload }, ...rest } },
  })
    .findings.filter(({ code }) => code !== "MW111")
    .map(({ code, path }) => `${code} ${path.replace(`services.${service}.`, "")}`);
}

describe("workloads that Kubernetes refuses", () => {
  it("have a name that is too long for their kind", () => {
    const [short, long] = ["a".repeat(52), "a".repeat(53)];
    const cron = { kind: "CronJob", schedule: "@daily" };
    expect(found(cron, short, { ports: {} })).to.deep.equal([]);
    expect(found(cron, long, { ports: {} })).to.deep.equal([`MW105 services.${long}`]);
    expect(found({ kind: "StatefulSet" }, short)).to.deep.equal([]);
    expect(found({ kind: "StatefulSet" }, long)).to.deep.equal([`MW105 services.${long}`]);
    expect(found({}, long)).to.deep.equal([]);
  });

  it("have a volume, Secret, ConfigMap or key with an invalid name", () => {
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    expect(found({ kind: "StatefulSet", volumeClaimTemplates: { data: claim } })).to.deep.equal([]);
    expect(found({ kind: "StatefulSet", volumeClaimTemplates: { Data_1: claim } })).to.deep.equal([
      "MW105 workload.volumeClaimTemplates.Data_1",
    ]);
    const env = (valueFrom: object): string[] => found({ env: { X: { valueFrom } } });
    expect(env({ secretKeyRef: { name: "db", key: "tls.key_1" } })).to.deep.equal([]);
    expect(env({ secretKeyRef: { name: "My DB", key: "a b" } })).to.deep.equal([
      "MW105 workload.env.X.valueFrom.secretKeyRef.key",
      "MW105 workload.env.X.valueFrom.secretKeyRef.name",
    ]);
    expect(env({ configMapKeyRef: { name: "DB", key: "host" } })).to.deep.equal([
      "MW105 workload.env.X.valueFrom.configMapKeyRef.name",
    ]);
  });

  it("have an environment variable without a name, or with = in it", () => {
    expect(found({ env: { "my.var-1": "x" } })).to.deep.equal([]);
    expect(found({ env: { "A=B": "x" } })).to.deep.equal(['MW001 workload.env["A=B"]']);
    expect(found({ env: { "": "x" } })).to.deep.equal(['MW001 workload.env[""]']);
  });

  it("have an image whose reference is invalid", () => {
    for (const valid of [
      "nginx:1.27",
      "localhost:5000/a/b__c:1",
      "Harbor.example.com:8443/proj/app-x.y:v1.2.3-rc.1",
      `ghcr.io/o/a:1@sha256:${"0".repeat(64)}`,
    ]) {
      expect(found({ image: valid }), valid).to.deep.equal([]);
    }
    for (const invalid of [
      "ghcr.io/Org/app:1",
      "app:1+build",
      "app: 1",
      "https://ghcr.io/o/a:1",
      "a//b:1",
      "-a:1",
    ]) {
      expect(found({ image: invalid }), invalid).to.deep.equal(["MW001 workload.image"]);
    }
  });

  it("run as root although their pod must not", () => {
    const root = { securityContext: { runAsUser: 0 } };
    const allowed = { securityContext: { runAsUser: 0, runAsNonRoot: false } };
    const init = (own: object): object => ({
      initContainers: [{ name: "init", image: "busybox:1.37", ...own }],
    });
    for (const pod of [root, init(root), { containers: [{ name: "web", ...root }] }]) {
      expect(found({ pod })).to.deep.equal(["MW909 workload.pod"]);
    }
    for (const pod of [allowed, init(allowed), { ...allowed, ...init(root) }]) {
      expect(found({ pod })).to.deep.equal([]);
    }
  });

  it("are privileged without privilege escalation", () => {
    const pod = (securityContext: object): object => ({
      pod: { containers: [{ name: "web", securityContext }] },
    });
    expect(found(pod({ privileged: true }))).to.deep.equal(["MW909 workload.pod"]);
    expect(found(pod({ privileged: true, allowPrivilegeEscalation: true }))).to.deep.equal([]);
  });

  it("mount a volume that they do not have", () => {
    const containers = [{ name: "web", volumeMounts: [{ name: "data", mountPath: "/data" }] }];
    const claim = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    expect(found({ pod: { containers } })).to.deep.equal(["MW909 workload.pod"]);
    expect(found({ pod: { containers, volumes: [{ name: "data", emptyDir: {} }] } })).to.deep.equal([]);
    expect(
      found({ kind: "StatefulSet", volumeClaimTemplates: { data: claim }, pod: { containers } }),
    ).to.deep.equal([]);
  });

  it("refer to a field of the pod that is not offered", () => {
    const env = (fieldPath: string): string[] =>
      found({ env: { X: { valueFrom: { fieldRef: { fieldPath } } } } });
    for (const path of ["metadata.name", "status.podIPs", "metadata.labels['app']"]) {
      expect(env(path)).to.deep.equal([]);
    }
    expect(env("metadata.nme")).to.deep.equal(["MW909 workload.env.X"]);
  });
});

describe("catalog/schedule", () => {
  it("is what Kubernetes accepts", () => {
    for (const valid of [
      "0 3 * * *",
      "*/15 0-6,22 1 JAN-MAR mon",
      "@hourly",
      "@every 1h30m",
      "0 0 ? * 6",
      "3/5 * * * *",
      "  0  3 * *\t* ",
    ]) {
      expect(isSchedule(valid), valid).to.equal(true);
    }
    for (const invalid of [
      ...[
        "every day",
        "61 * * * *",
        "0 3 * *",
        "0 3 * * * *",
        "0 0 * * 7",
        "0 0 0 * *",
        "5-1 * * * *",
        "*/0 * * * *",
        "61,0 * * * *",
        "0,61 * * * *",
        "00001 * * * *",
        "1x * * * *",
        "x1 * * * *",
        "1/2/3 * * * *",
        "*/x5 * * * *",
        "*/5x * * * *",
        "1-2-3 * * * *",
      ],
      ...["TZ=Europe/Berlin 0 3 * * *", "@reboot", "", "* * * * MONDAY"],
    ]) {
      expect(isSchedule(invalid), invalid).to.equal(false);
    }
    expect(found({ kind: "CronJob", schedule: "every day" }, "web", { ports: {} })).to.deep.equal([
      "MW001 workload.schedule",
    ]);
  });

  it("has a time zone that Kubernetes accepts: it compares upper and lower case", () => {
    const older = ["Asia/Kolkata", "Asia/Calcutta", "US/Eastern", "Etc/GMT+5", "GB-Eire", "UTC", "Etc/UTC"];
    for (const valid of [...Intl.supportedValuesOf("timeZone"), ...older]) {
      expect(isTimeZone(valid), valid).to.equal(true);
    }
    for (const invalid of [
      "Local",
      "local",
      "",
      "+02:00",
      "Mars/Olympus",
      "europe/berlin",
      "Europe/berlin",
      "EUROPE/BERLIN",
    ]) {
      expect(isTimeZone(invalid), invalid).to.equal(false);
    }
    const nightly = { kind: "CronJob", schedule: "0 3 * * *" };
    const zoned = (timeZone: string) => found({ ...nightly, timeZone }, "web", { ports: {} });
    expect(zoned("Europe/Berlin")).to.deep.equal(found(nightly, "web", { ports: {} }));
    expect(zoned("Berlin")).to.deep.equal(["MW001 workload.timeZone"]);
    expect(found({ timeZone: "Europe/Berlin" })).to.deep.equal(["MW346 workload.timeZone"]);
  });
});

describe("databases outside", () => {
  const external = (tls: boolean, port: number, addresses?: string[]): object => ({
    host: `db${port}${addresses?.[0]?.length ?? ""}.example.com`,
    ports: { sql: { port, protocol: "tcp" } },
    ...(addresses && { addresses }),
    ...(tls && { tls: { mode: "SIMPLE" } }),
  });
  const codes = (externalServices: Record<string, object>): string[] =>
    checkMesh({
      name: "shop",
      services: {
        web: { ports, calls: Object.fromEntries(Object.keys(externalServices).map((name) => [name, {}])) },
      },
      externalServices,
    }).findings.map(({ code, path }) => `${code} ${path}`);

  it("get no TLS from the proxy if their protocol negotiates it", () => {
    expect(codes({ db: external(true, 5432) })).to.deep.equal(["MW803 externalServices.db.tls"]);
    expect(codes({ mail: external(true, 587) })).to.deep.equal(["MW803 externalServices.mail.tls"]);
    expect(codes({ db: external(false, 5432) })).to.deep.equal([]);
    expect(codes({ mail: external(true, 465) })).to.deep.equal([]);
  });

  it("can't be distinguished by an address that they share, however it is written", () => {
    const at = "MW607 externalServices.two.ports.sql";
    const two = (a: string, b: string): string[] =>
      codes({
        one: external(false, 5432, [a]),
        two: { ...external(false, 5432, [b]), host: "two.example.com" },
      });
    expect(two("10.0.0.5", "10.0.0.5/32")).to.deep.equal([at]);
    expect(two("2001:db8::5", "2001:DB8:0:0::5")).to.deep.equal([at]);
    expect(two("10.0.0.5", "10.0.0.6")).to.deep.equal([]);
    expect(two("10.0.0.0/8", "10.0.0.6")).to.deep.equal([]);
  });
});
