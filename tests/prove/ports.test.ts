import { expect } from "chai";
import { subjectOf } from "../../cli/proof/subject";
import type { Manifest } from "../../mesh";
import { proveStatically } from "../../prove";
import { refutedClaims } from "./shop";

const subject = subjectOf({
  name: "shop",
  catalog: {
    name: "shop",
    environment: "dev",
    services: {
      web: {
        ports: {
          http: { port: 80, targetPort: 8080, protocol: "http" },
          rpc: { port: 90, protocol: "grpc" },
          raw: { port: 91, protocol: "redis" },
        },
        workload: { image: "example.com/app:1", replicas: 1 },
      },
      old: { service: "adopt", ports: { rpc: { port: 70, protocol: "grpc" } } },
    },
    externalServices: {
      mail: { host: "mail.example.com", ports: { http2: { port: 80, protocol: "http2" } } },
    },
  },
});

/** The claims that are refuted when objects of a kind have another text. */
async function refutedWith(kind: string, from: string, to: string): Promise<string[]> {
  const objects = subject.objects.map((object) => {
    if (object.kind !== kind) return object;
    return JSON.parse(JSON.stringify(object).replaceAll(from, to)) as Manifest;
  });
  expect(objects, from).not.to.deep.equal(subject.objects);
  return refutedClaims(await proveStatically({ ...subject, objects }, "proxies read"));
}

describe("the ports of hosts", () => {
  it("are read by proxies as the catalog says", async () => {
    const proofs = await proveStatically(subject, "proxies read");
    expect(proofs.map(({ claim, verdict }) => `${verdict}: ${claim}`)).to.deep.equal([
      "proven: proxies read port 70 of old as HTTP/2",
      "proven: proxies read port 80 of web as HTTP/1.1",
      "proven: proxies read port 90 of web as HTTP/2",
      "proven: proxies read port 91 of web as TCP",
      "proven: proxies read port 80 of mail as HTTP/2",
    ]);
  });

  const mistakes: Readonly<Record<string, readonly [string, string, string, string]>> = {
    "a Service has another protocol": [
      "Service",
      '"appProtocol":"http"',
      '"appProtocol":"tcp"',
      "proxies read port 80 of web as HTTP/1.1",
    ],
    "a Service's port is another one": [
      "Service",
      '"port":91',
      '"port":92',
      "proxies read port 91 of web as TCP",
    ],
    "a Service has gRPC-Web instead of gRPC": [
      "Service",
      '"appProtocol":"grpc","name":"rpc"',
      '"appProtocol":"grpc-web","name":"rpc"',
      "proxies read port 90 of web as HTTP/2",
    ],
    "a ServiceEntry has another version of HTTP": [
      "ServiceEntry",
      '"protocol":"HTTP2"',
      '"protocol":"HTTP"',
      "proxies read port 80 of mail as HTTP/2",
    ],
  };
  for (const [mistake, [kind, from, to, claim]] of Object.entries(mistakes)) {
    it(`are refuted when ${mistake}`, async () => {
      expect(await refutedWith(kind, from, to)).to.deep.equal([claim]);
    });
  }
});
