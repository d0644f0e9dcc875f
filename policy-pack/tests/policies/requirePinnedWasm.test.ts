import { expect } from "chai";
import type { Message } from "../../policy";
import { messages, requirePinnedWasm } from "../../policies/requirePinnedWasm";
import { unknown, validateResource } from "../engine";
import { asPatch, istio } from "../resources";
import { said } from "../said";

const SUM = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const plugin = (spec: object) =>
  istio(
    "extensions.istio.io/v1alpha1",
    "WasmPlugin",
    { namespace: "shop", name: "waf" },
    {
      url: "oci://registry.example.com/waf:1.2.0",
      sha256: SUM,
      ...spec,
    },
  );
const judge = (spec: object) => validateResource(requirePinnedWasm, plugin(spec));
const at = (path: string, message: Message) => ({
  violations: [said("WasmPlugin shop/waf", "spec.")(path, message)],
});
const unpinned = at("sha256", messages.unpinned());

describe("require-pinned-wasm", () => {
  it("states the field, the problem and the fix", async () => {
    expect(await judge({ sha256: undefined })).to.deep.equal({
      violations: [
        "WasmPlugin shop/waf: spec.sha256 is not set, so a replaced module would run in the proxies. Set it to the module's " +
          "SHA-256 in hexadecimal.",
      ],
    });
  });

  it("accepts modules with a checksum that fail closed", async () => {
    for (const spec of [
      {},
      { failStrategy: "FAIL_CLOSE" },
      { failStrategy: "FAIL_RELOAD" },
      { sha256: undefined, url: `oci://registry.example.com/waf@sha256:${SUM}` },
      { sha256: undefined, url: `registry.example.com/waf@sha256:${SUM}` },
      { url: "https://registry.example.com/waf.wasm" },
    ]) {
      expect(await judge(spec)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses modules that can be replaced", async () => {
    expect(await judge({ sha256: undefined })).to.deep.equal(unpinned);
    expect(await judge({ sha256: "" })).to.deep.equal(unpinned);
    expect(
      await judge({ sha256: undefined, url: "oci://registry.example.com/waf@sha256:abc" }),
    ).to.deep.equal(unpinned);
    expect(await judge({ url: "http://registry.example.com/waf.wasm" })).to.deep.equal(
      at("url", messages.http()),
    );
    expect(await judge({ url: "HTTP://registry.example.com/waf.wasm" })).to.deep.equal(
      at("url", messages.http()),
    );
  });

  it("accepts a digest only in a reference of a registry", async () => {
    const url = `https://registry.example.com/waf@sha256:${SUM}`;
    expect(await judge({ sha256: undefined, url })).to.deep.equal(unpinned);
  });

  it("refuses files of the proxy's container, because Istio ignores their checksum", async () => {
    for (const url of ["file:///opt/waf.wasm", "FILE:///opt/waf.wasm", "file:/opt/waf.wasm"]) {
      expect(await judge({ url })).to.deep.equal(at("url", messages.file()));
      expect(await judge({ url, sha256: undefined })).to.deep.equal(at("url", messages.file()));
    }
  });

  it("refuses modules that fail open", async () => {
    expect(await judge({ failStrategy: "FAIL_OPEN" })).to.deep.equal(at("failStrategy", messages.failOpen()));
  });

  it("judges the module of a TrafficExtension, and no Lua", async () => {
    const extension = (spec: object) =>
      validateResource(
        requirePinnedWasm,
        istio(
          "extensions.istio.io/v1alpha1",
          "TrafficExtension",
          { namespace: "shop", name: "waf" },
          { phase: "AUTHN", ...spec },
        ),
      );
    const pinned = { url: "oci://registry.example.com/waf:1.2.0", sha256: SUM };
    expect(await extension({ wasm: pinned })).to.deep.equal({ violations: [] });
    expect(await extension({ lua: { inlineCode: "function envoy_on_request(handle) end" } })).to.deep.equal({
      violations: [],
    });
    const inExtension = said("TrafficExtension shop/waf", "spec.wasm.");
    const wasm = { url: "http://registry.example.com/waf.wasm", failStrategy: "FAIL_OPEN" };
    expect(await extension({ wasm })).to.deep.equal({
      violations: [
        inExtension("sha256", messages.unpinned()),
        inExtension("url", messages.http()),
        inExtension("failStrategy", messages.failOpen()),
      ],
    });
    expect(await extension({ wasm: { ...pinned, sha256: unknown } })).to.deep.equal({
      violations: [],
      undecided: "TrafficExtension shop/waf: string value at .spec.wasm.sha256 can't be known during preview",
    });
  });

  it("judges only the changed fields of a patch", async () => {
    const patch = asPatch(plugin({ sha256: undefined, failStrategy: "FAIL_OPEN" }));
    expect((await validateResource(requirePinnedWasm, patch)).violations).to.have.length(1);
  });

  it("reports unknown values as undecided", async () => {
    expect(await judge({ sha256: unknown, failStrategy: "FAIL_OPEN" })).to.deep.equal({
      ...at("failStrategy", messages.failOpen()),
      undecided: "WasmPlugin shop/waf: string value at .spec.sha256 can't be known during preview",
    });
  });
});
