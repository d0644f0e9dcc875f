import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import * as pulumi from "@pulumi/pulumi";
import { platforms } from "../../../platforms";
import { lastDeployment, showMeaning } from "../../../program/diff/preview";
import { previewText } from "../../../program/diff/previewText";
import type { Change } from "../../../program/diff/changes";
import { objectsOf, type Plan, planOf } from "../../../program/plan";
import { readSettings } from "../../../program/settings";

type Services = Record<string, { calls: Record<string, { methods: string[] }> }>;

/** The plan of Alfred, whose catalog a function has changed. */
function plan(change: (catalog: { services: Services }) => void = () => undefined): Plan {
  const { alfred } = platforms;
  const edited = {
    ...alfred,
    catalog: (...args: Parameters<typeof alfred.catalog>) => {
      const catalog = JSON.parse(JSON.stringify(alfred.catalog(...args))) as ReturnType<
        typeof alfred.catalog
      >;
      change(catalog as unknown as { services: Services });
      return catalog;
    },
  };
  const settings: Record<string, string> = { chartRepository: "http://127.0.0.1" };
  return planOf(readSettings([edited], { get: (key) => settings[key] }));
}

/** What the engine answers of a stack that has deployed a plan. */
function stateOf(of: Plan, values: object = of.controlPlane.istiod ?? {}): Record<string, object> {
  const declared = objectsOf(of).flatMap(({ objects }) => objects);
  const resources = declared.map((inputs, i) => [
    `urn:${i}`,
    { type: "kubernetes:x", outputs: { ...inputs, status: {}, __inputs: inputs } },
  ]);
  const istiod = { chart: "istiod", name: "istiod", namespace: "istio-system", values };
  const password = { kind: "Secret", apiVersion: "v1", metadata: { name: "p" }, data: { p: "hunter2" } };
  return Object.fromEntries([
    ...resources,
    ["urn:istiod", { type: "kubernetes:helm.sh/v3:Release", outputs: istiod }],
    ["urn:password", { type: "kubernetes:core/v1:Secret", outputs: password }],
  ]) as Record<string, object>;
}

// The engine is a mock here. tests/platforms/alfred.sandbox.ts asks a real one.
describe("program/diff/preview", () => {
  const { info } = pulumi.log;
  afterEach(() => {
    Object.assign(pulumi.log, { info });
  });

  /** What a preview of a plan says, after a deployment. */
  async function said(
    now: Plan,
    answer: () => Record<string, unknown>,
    isPreview = true,
  ): Promise<{ texts: string[]; asked: string[] }> {
    const texts: string[] = [];
    const asked: string[] = [];
    Object.assign(pulumi.log, {
      info: (text: string) => {
        texts.push(text);
        return Promise.resolve();
      },
    });
    await pulumi.runtime.setMocks(
      {
        newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
        call: ({ token, inputs }) => {
          asked.push(`${token} ${JSON.stringify(inputs)}`);
          return answer();
        },
      },
      "meshwright",
      "dev",
      isPreview,
      "acme",
    );
    const mesh = new pulumi.ComponentResource("meshwright:index:ServiceMesh", "alfred");
    await showMeaning(now, await lastDeployment(), mesh);
    await pulumi.runtime.disconnect();
    return { texts, asked };
  }

  it("says nothing of the first deployment, of one that changes no object, and outside of a preview", async () => {
    const now = plan();
    expect((await said(now, () => ({ outputs: {} }))).texts).to.deep.equal([]);
    const same = await said(now, () => ({ outputs: stateOf(now) }));
    expect(same).to.deep.equal({
      texts: [],
      asked: ['pulumi:pulumi:readStackResourceOutputs {"stackName":"acme/meshwright/dev"}'],
    });
    const wider = plan(({ services }) => services["ui-service"]?.calls["agent-core"]?.methods.push("DELETE"));
    expect(await said(wider, () => ({ outputs: stateOf(now) }), false)).to.deep.equal({
      texts: [],
      asked: [],
    });
  });

  it("says what a change does, with a request and its place in the catalog", async () => {
    const wider = plan(({ services }) => services["ui-service"]?.calls["agent-core"]?.methods.push("DELETE"));
    const { texts } = await said(wider, () => ({ outputs: stateOf(plan()) }));
    expect(texts).to.have.length(1);
    const [title = "", first = "", ...lines] = (texts[0] ?? "").split("\n");
    expect(title).to.equal("What this changes for requests, compared with the last deployment: 1 wider.");
    expect(first).to.match(
      /^ {2}WIDER {2}alfred-platform\/ui-service may now DELETE alfred-platform\/agent-core \(was GET or POST\) \[[0-9a-f]{8}\]$/,
    );
    expect(lines.at(-1)).to.equal("         services.ui-service.calls.agent-core");
    expect(texts[0]).to.not.contain("hunter2");
    const guide = readFileSync(join(__dirname, "..", "..", "..", "docs", "guide", "operation.md"), "utf8");
    expect(guide).to.contain((texts[0] ?? "").replace(/^/gm, "    "));
  });

  it("says so if objects change, and no request is affected", async () => {
    const renamed = plan(({ services }) => {
      Object.assign(services["agent-rag"] ?? {}, { workload: { image: "rag:2" } });
    });
    expect((await said(renamed, () => ({ outputs: stateOf(plan()) }))).texts).to.deep.equal([
      "No request is decided, routed or secured in another way than by the last deployment.",
    ]);
  });

  it("compares settings of the mesh with those of the istiod that is deployed", async () => {
    const values = { meshConfig: { trustDomain: "other.local" } };
    const { texts } = await said(plan(), () => ({ outputs: stateOf(plan(), values) }));
    expect(texts[0]).to.match(/^What this changes for requests, .*: \d+ wider/);
  });

  it("does not fail if the engine can't answer, and says why", async () => {
    const { texts } = await said(plan(), () => {
      throw Object.assign(new Error(), { details: "no access to the state" });
    });
    expect(texts).to.have.length(1);
    expect(texts[0]).to.match(/^What this changes for requests is not shown: .*no access to the state/);
  });

  it("shows some of many changes, and how to see the others", () => {
    const changes = Array.from({ length: 25 }, (_, i): Change => ({
      verdict: "wider",
      sentence: `a/b may now GET c/d${i}`,
      id: "00000000",
      workloads: [`c/d${i}`],
      isSure: true,
      objects: [],
      causes: [],
    }));
    const lines = previewText(changes, "dev").split("\n");
    expect(lines.filter((line) => line.includes("WIDER"))).to.have.length(20);
    expect(lines.at(-1)).to.equal("  and 5 more: meshwright diff --deployed --stack dev");
  });
});
