import { expect } from "chai";
import { defineMesh, normalize } from "../../catalog";
import { isMet } from "../../prove/judge";
import { singleQuestions } from "../../prove/alike";
import type { Question } from "../../prove/question";
import { accessQuestions } from "../../prove/questions/access";
import { callQuestions } from "../../prove/questions/calls";
import { mutualTlsQuestions } from "../../prove/questions/mutualTls";
import { createTokenIssuer } from "../../prove/tokens";

const http = { port: 80, targetPort: 8080, protocol: "http" } as const;
const mesh = normalize(
  defineMesh({
    name: "shop",
    services: {
      web: { calls: { api: { methods: ["GET"], paths: ["/items/*"] }, store: {} } },
      api: { ports: { http } },
      store: { ports: { redis: { port: 6379, protocol: "redis" } }, mtls: { mode: "PERMISSIVE" } },
    },
  }),
);

/** A line for each question: caller, target, request, expectation. */
function lines(questions: readonly Question[]): string[] {
  return questions
    .flatMap(singleQuestions)
    .map(({ caller, target, scheme, request, requestPath, expect: what }) => {
      const from = caller.kind === "identity" ? `${caller.namespace}/${caller.serviceAccount}` : caller.kind;
      const to = target.kind === "host" ? (target.host.split(".")[0] ?? "") : `pod of ${target.service}`;
      return `${from} → ${to}:${target.port} ${scheme === "tcp" ? "tcp" : `${request.method ?? "GET"} ${requestPath}`}: ${what}`;
    });
}

describe("accessQuestions", () => {
  const all = lines(accessQuestions(mesh, createTokenIssuer()));

  it("ask for what a call admits, and its neighbours", () => {
    const own = all.filter((line) => line.startsWith("shop/web → api"));
    expect(own.filter((line) => line.endsWith("answered"))).to.deep.equal([
      "shop/web → api:80 GET /items/inside: answered",
      "shop/web → api:80 GET /items/: answered",
      "shop/web → api:80 GET /items%2finside: answered",
    ]);
    expect(own).to.include.members([
      "shop/web → api:80 POST /items/inside: denied",
      "shop/web → api:80 DELETE /items/inside: denied",
      "shop/web → api:80 GET /items-beside: denied",
      "shop/web → api:80 GET /items: denied",
      "shop/web → api:80 GET /ITEMS: denied",
      "shop/web → api:80 GET /outside: denied",
      "shop/web → api:80 GET /items/..%2foutside: denied",
    ]);
  });

  it("ask from every other identity, a stranger's included", () => {
    const denied = all.filter((line) => line.includes("→ api") && line.includes("GET /:"));
    expect(denied).to.have.members([
      "shop/web → api:80 GET /: denied",
      "shop/store → api:80 GET /: denied",
      "shop/default → api:80 GET /: denied",
      "prove-stranger/default → api:80 GET /: denied",
    ]);
  });

  it("open connections to ports that are not HTTP", () => {
    expect(all.filter((line) => line.includes("→ store"))).to.have.members([
      "shop/web → store:6379 tcp: answered",
      "shop/api → store:6379 tcp: denied",
      "shop/default → store:6379 tcp: denied",
      "prove-stranger/default → store:6379 tcp: denied",
    ]);
  });
});

describe("mutualTlsQuestions", () => {
  it("send plaintext to pods and to the Service", () => {
    expect(lines(mutualTlsQuestions(mesh))).to.deep.equal([
      "unmeshed → pod of api:8080 GET /: refused",
      "unmeshed → api:80 GET /: refused",
      "unmeshed → pod of store:6379 tcp: denied",
      "unmeshed → store:6379 tcp: denied",
    ]);
  });
});

describe("callQuestions", () => {
  it("send each call from the caller's own pod, and others, which no application may answer", () => {
    expect(lines(callQuestions(mesh))).to.deep.equal([
      "workload → store:6379 tcp: unreachable",
      "workload → api:80 GET /: unreachable",
      "workload → api:80 GET /items/inside: answered",
      "workload → store:6379 tcp: answered",
    ]);
  });
});

describe("isMet", () => {
  const answer = (status: string, pod?: string) => ({
    status,
    milliseconds: 1,
    headers: {},
    body: "",
    ...(pod !== undefined && { pod }),
  });
  const met = (expected: Question["expect"], status: string, pod?: string, scheme: "http" | "tcp" = "http") =>
    isMet({ expect: expected, scheme }, answer(status, pod));

  it("takes only an application's answer as an answer", () => {
    expect(met("answered", "200", "web-1")).to.equal(true);
    expect(met("answered", "200")).to.equal(false);
    expect(met("answered", "503", "web-1")).to.equal(false);
    expect(met("answered", "echo", "web-1", "tcp")).to.equal(true);
  });

  it("tells a denial from an error of a proxy, and from an application's own 403", () => {
    expect(met("denied", "403")).to.equal(true);
    expect(met("denied", "401")).to.equal(true);
    expect(met("denied", "grpc 7")).to.equal(true);
    expect(met("denied", "503")).to.equal(false);
    expect(met("denied", "403", "web-1")).to.equal(false);
    expect(met("denied", "ECONNRESET", undefined, "tcp")).to.equal(true);
    expect(met("denied", "echo", "web-1", "tcp")).to.equal(false);
  });

  it("tells a refused connection from a denied request and from silence", () => {
    expect(met("refused", "ECONNRESET")).to.equal(true);
    expect(met("refused", "403")).to.equal(false);
    expect(met("refused", "timeout")).to.equal(false);
    expect(met("refused", "foreign", undefined, "tcp")).to.equal(false);
  });
});
