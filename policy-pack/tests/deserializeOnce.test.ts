import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import * as server from "@pulumi/policy/server";
import { expect } from "chai";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { deserializeOnce } from "../deserializeOnce";
import { policies } from "../policies";
import { destinationRule } from "./resources";

type Analyze = (
  call: { request: analyzer.AnalyzeRequest },
  done: (error: Error | null, response: analyzer.AnalyzeResponse) => void,
) => void;
// Exported by the SDK, yet missing from its type declarations.
const { makeAnalyzeRpcFun } = server as unknown as {
  makeAnalyzeRpcFun: (pack: string, version: string, level: string, of: typeof policies) => Analyze;
};

describe("deserializeOnce", () => {
  it("reads the properties of a resource once for all policies, which say the same as before", async () => {
    const analyze = makeAnalyzeRpcFun("meshwright", "0.1.0", "mandatory", policies);
    const run = async () => {
      const { type, name, props } = destinationRule({
        host: "*",
        trafficPolicy: { tls: { mode: "SIMPLE" } },
      });
      const request = new analyzer.AnalyzeRequest();
      request.setType(type);
      request.setName(name);
      const properties = Struct.fromJavaScript(props as Parameters<typeof Struct.fromJavaScript>[0]);
      let reads = 0;
      const original = properties.toJavaScript.bind(properties);
      properties.toJavaScript = () => {
        reads++;
        return original();
      };
      request.setProperties(properties);
      request.setOptions(new analyzer.AnalyzerResourceOptions());
      const response = await new Promise<analyzer.AnalyzeResponse>((resolve, reject) => {
        analyze({ request }, (error, answer) => {
          if (error) reject(error);
          else resolve(answer);
        });
      });
      return { reads, said: response.getDiagnosticsList().map((diagnostic) => diagnostic.getMessage()) };
    };
    const before = await run();
    expect(before.reads).to.be.greaterThan(20);
    expect(before.said).to.not.be.empty;
    deserializeOnce();
    expect(await run()).to.deep.equal({ reads: 1, said: before.said });
  });
});
