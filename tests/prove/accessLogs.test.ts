import { once } from "node:events";
import { connect } from "node:http2";
import { type AddressInfo, createServer, type Server } from "node:net";
import { expect } from "chai";
import { subjectOf } from "../../cli/proof/subject";
import { mergePatch } from "../../mesh";
import { proveStatically, type ProofSubject } from "../../prove";
import { field, framed } from "../../prove/laboratory/protobuf";
import { clientOf, keysOfEntries, keysOfRecords, proxyCalls } from "../../prove/laboratory/providers";
import { acceptAny } from "../../prove/laboratory/serve";
import { collectorsOf, sinkOf } from "../../prove/logSink";
import { standIns } from "../../prove/standIns";

const http = { port: 8080, protocol: "http" };
const workload = { image: "example.com/app:1" };
const catalog = {
  name: "shop",
  environment: "dev",
  telemetry: { accessLogging: { provider: "logs" }, auditLogging: { provider: "audit" } },
  services: { web: { ports: { http }, workload, calls: { api: {} } }, api: { ports: { http }, workload } },
};
const collector = { service: "otel/collector.otel.svc.cluster.local", port: 4317 };

/** The catalog on a control plane of its own stack, with these providers. */
function withProviders(...extensionProviders: object[]): ProofSubject {
  const { releases, ...subject } = subjectOf({ name: "shop", catalog });
  return {
    ...subject,
    assumesControlPlane: false,
    releases: releases.map((release) => ({
      ...release,
      values: mergePatch(release.values, { meshConfig: { extensionProviders } }) as typeof release.values,
    })),
  };
}

const audit = { name: "audit", envoyFileAccessLog: { path: "/dev/stdout" } };

describe("where access logs are sent", () => {
  const cases: Readonly<Record<string, readonly [object, object]>> = {
    "the output of the proxy": [{ envoyFileAccessLog: {} }, { kind: "output" }],
    "a collector by OTLP": [
      { envoyOtelAls: collector },
      { kind: "collector", host: "collector.otel.svc.cluster.local", port: 4317 },
    ],
    "a collector by ALS": [
      { envoyHttpAls: collector },
      { kind: "collector", host: "collector.otel.svc.cluster.local", port: 4317 },
    ],
    "a file": [
      { envoyFileAccessLog: { path: "/var/log/access.log" } },
      { kind: "other", reason: "the provider logs writes a file of the proxy's container" },
    ],
    "a host outside of the cluster": [
      { envoyOtelAls: { service: "logs.example.com", port: 4317 } },
      { kind: "other", reason: "the provider logs sends access logs to no service of the cluster" },
    ],
    "lines without a path": [
      { envoyFileAccessLog: { logFormat: { labels: { status: "%RESPONSE_CODE%" } } } },
      { kind: "other", reason: "the format of logs has no path, by which a proof finds its requests" },
    ],
    "lines with a path": [
      { envoyOtelAls: { ...collector, logFormat: { text: "%REQ(:PATH)%" } } },
      { kind: "collector", host: "collector.otel.svc.cluster.local", port: 4317 },
    ],
  };
  for (const [place, [provider, sink]] of Object.entries(cases)) {
    it(`is ${place}`, () => {
      expect(sinkOf(withProviders({ name: "logs", ...provider }), "logs")).to.deep.equal(sink);
    });
  }

  it("is not known if another stack installs the control plane, and nowhere if none has the provider", () => {
    expect(sinkOf(subjectOf({ name: "shop", catalog }), "logs")).to.deep.equal({
      kind: "other",
      reason: "the catalog does not say where the provider logs sends access logs",
    });
    const reason = "the mesh configuration has no provider logs";
    expect(sinkOf(withProviders(audit), "logs")).to.deep.equal({ kind: "nowhere", reason });
  });

  it("refutes access logs that are sent nowhere", async () => {
    const verdicts = async (subject: ProofSubject): Promise<unknown[]> =>
      (await proveStatically(subject, "api log requests")).map(({ verdict, counterexample }) => [
        verdict,
        counterexample?.seen,
      ]);
    expect(await verdicts(withProviders(audit))).to.deep.equal([
      ["refuted", "the mesh configuration has no provider logs"],
    ]);
    expect(await verdicts(withProviders(audit, { name: "logs", envoyOtelAls: collector }))).to.deep.equal([
      ["proven", undefined],
    ]);
  });

  it("has a stand-in for the collector", () => {
    const subject = withProviders(audit, { name: "logs", envoyOtelAls: collector });
    expect(collectorsOf(subject).map(({ host }) => host)).to.deep.equal(["collector.otel.svc.cluster.local"]);
    const own = standIns(subject).filter(({ metadata }) => metadata.namespace === "otel");
    expect(own.map(({ kind, metadata: { name } }) => `${kind} ${name}`)).to.deep.equal([
      "Service collector",
      "Deployment collector",
    ]);
  });
});

/** A message with a message or text at a path of field numbers. */
function at(path: readonly number[], content: string | Buffer): Buffer {
  return path.reduceRight<Buffer>((inner, number) => field(number, inner), Buffer.from(content));
}

describe("the receiver of access logs", () => {
  it("reads the keys of OTLP's records, in their bodies and their attributes", () => {
    const attribute = Buffer.concat([field(1, "path"), field(2, field(1, "/?prove=experiment-2"))]);
    const message = Buffer.concat([
      at([1, 2, 2, 5, 1], '"GET /items?prove=experiment-1 HTTP/1.1" 200'),
      at([1, 2, 2, 6], attribute),
      at([1, 2, 2, 5, 1], "GET /other"),
    ]);
    expect(keysOfRecords(message)).to.deep.equal(["experiment-1", "experiment-2"]);
  });

  it("reads who sends them", () => {
    const certificate = (uri: string) => ({
      "x-forwarded-client-cert": `By=spiffe://cluster.local/ns/otel/sa/default;Hash=1;Subject="";URI=${uri}`,
    });
    expect(clientOf(certificate("spiffe://cluster.local/ns/shop/sa/web"))).to.equal(
      "cluster.local/ns/shop/sa/web",
    );
    expect(clientOf({})).to.equal("");
  });

  it("reads a stream of ALS, whose messages come in any pieces and before it ends", async () => {
    const keys: string[] = [];
    const server: Server = createServer(
      acceptAny(
        () => ({ status: 200, headers: {}, body: "" }),
        () => "",
        { [proxyCalls.accessLogs]: (message) => void keys.push(...keysOfEntries(message)) },
      ),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({
      ":method": "POST",
      ":path": proxyCalls.accessLogs,
      "content-type": "application/grpc",
    });
    const entry = (path: string, original = ""): Buffer =>
      field(2, field(1, field(3, Buffer.concat([field(5, path), field(10, original)]))));
    const bytes = Buffer.concat([
      framed(Buffer.concat([entry("/a?prove=experiment-1"), entry("/b")])),
      framed(entry("/rewritten", "/c?prove=experiment-2")),
    ]);
    for (const end of [3, 40, bytes.length]) {
      stream.write(bytes.subarray(end === 3 ? 0 : end === 40 ? 3 : 40, end));
      await new Promise((done) => setTimeout(done, 30));
    }
    while (keys.length < 2) await new Promise((done) => setTimeout(done, 10));
    expect(keys).to.deep.equal(["experiment-1", "experiment-2"]);
    session.destroy();
    server.close();
  });
});
