import { expect } from "chai";
import type { Mesh } from "../../catalog";
import { checkMesh } from "../../mesh";
import { askAll } from "../../prove/ask";
import { judgeAll } from "../../prove/judge";
import type { LabAnswer, Laboratory, LabRequest } from "../../prove/laboratory";
import type { Question } from "../../prove/question";

const { mesh } = checkMesh({
  name: "shop",
  services: {
    web: { ports: { http: { port: 8080, protocol: "http" } }, calls: { db: {} } },
    db: { ports: { db: { port: 5432, protocol: "tcp" } } },
  },
});

const question = (scheme: "tcp" | "http", expected: Question["expect"]): Question => ({
  path: "services.web.calls.db",
  claim: `${scheme} ${expected}`,
  caller: { kind: "workload", service: "web" },
  target: { kind: "host", host: "db.shop.svc.cluster.local", port: 5432 },
  scheme,
  requestPath: "/",
  request: {},
  expect: expected,
});

const reset: LabAnswer = { status: "ECONNRESET", milliseconds: 1, headers: {}, body: "" };
const echo: LabAnswer = { status: "echo", milliseconds: 1, headers: {}, body: "", pod: "db-0" };

/**
 * Asks a question in a laboratory whose pod gets these answers, the last one again and again. Real proxies do not fail when a
 * test wants it, so this one is a stand-in.
 */
async function asked(
  one: Question,
  given: readonly LabAnswer[],
): Promise<{ verdict?: string; times: number }> {
  let times = 0;
  const laboratory: Pick<Laboratory, "pods" | "send"> = {
    pods: () =>
      Promise.resolve([
        { namespace: "shop", name: "web-0", address: "10.244.0.2", labels: { app: "web" } },
      ] as never),
    send: (_pod, requests: readonly LabRequest[]) => {
      const answer = given[Math.min(times, given.length - 1)] ?? reset;
      times += 1;
      return Promise.resolve(requests.map(() => [answer]));
    },
  };
  const answers = await askAll(laboratory as Laboratory, mesh as Mesh, [one], () => undefined);
  const [proof] = judgeAll([one], answers);
  return { ...(proof && { verdict: proof.verdict }), times };
}

describe("askAll", () => {
  it("asks once more about a connection that failed, because proxies do not repeat connections", async () => {
    expect(await asked(question("tcp", "answered"), [reset, echo])).to.deep.equal({
      verdict: "proven",
      times: 2,
    });
  });

  it("refutes a connection that fails again", async () => {
    expect(await asked(question("tcp", "answered"), [reset])).to.deep.equal({ verdict: "refuted", times: 2 });
  });

  it("asks alone about a request that a circuit breaker refused beside others, and refutes it if it refuses it alone", async () => {
    // An answer to HEAD has no body.
    const overflow: LabAnswer = { ...reset, status: "503", headers: { "x-envoy-overloaded": "true" } };
    const answered: LabAnswer = { ...echo, status: "200" };
    const request = question("http", "answered");
    expect(await asked(request, [overflow, answered])).to.deep.equal({ verdict: "proven", times: 2 });
    expect(await asked(request, [overflow])).to.deep.equal({ verdict: "refuted", times: 2 });
    expect(await asked(request, [{ ...overflow, headers: {} }, answered])).to.deep.equal({
      verdict: "refuted",
      times: 1,
    });
  });

  it("asks once about what has to fail, and about requests", async () => {
    expect(await asked(question("tcp", "refused"), [reset])).to.deep.equal({ verdict: "proven", times: 1 });
    expect(await asked(question("tcp", "refused"), [echo, reset])).to.deep.equal({
      verdict: "refuted",
      times: 1,
    });
    expect(await asked(question("http", "answered"), [reset, echo])).to.deep.equal({
      verdict: "refuted",
      times: 1,
    });
  });
});
