import { expect } from "chai";
import { requirePinnedWasm } from "../../policies/requirePinnedWasm";
import { unknown, validateResource } from "../engine";
import { asPatch, istio } from "../resources";

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
const at = (text: string) => ({ violations: [`WasmPlugin shop/waf: spec.${text}.`] });
const UNPINNED =
  "sha256 is not set, so whoever can replace the module runs code in the proxies. Set it to the module's SHA-256, in hexadecimal";

describe("require-pinned-wasm", () => {
  it("accepts modules named by their checksum that fail closed", async () => {
    for (const spec of [
      {},
      { failStrategy: "FAIL_CLOSE" },
      { failStrategy: "FAIL_RELOAD" },
      { sha256: undefined, url: `oci://registry.example.com/waf@sha256:${SUM}` },
      { sha256: undefined, url: "file:///opt/waf.wasm" },
    ]) {
      expect(await judge(spec)).to.deep.equal({ violations: [] });
    }
  });

  it("refuses modules that can be replaced", async () => {
    expect(await judge({ sha256: undefined })).to.deep.equal(at(UNPINNED));
    expect(await judge({ sha256: "" })).to.deep.equal(at(UNPINNED));
    expect(
      await judge({ sha256: undefined, url: "oci://registry.example.com/waf@sha256:abc" }),
    ).to.deep.equal(at(UNPINNED));
    expect(await judge({ url: "http://registry.example.com/waf.wasm" })).to.deep.equal(
      at("url begins with http://, so the module can be replaced on its way. Use oci:// or https://"),
    );
    expect(await judge({ url: "HTTP://registry.example.com/waf.wasm" })).to.deep.equal(
      at("url begins with http://, so the module can be replaced on its way. Use oci:// or https://"),
    );
  });

  it("refuses modules that fail open", async () => {
    expect(await judge({ failStrategy: "FAIL_OPEN" })).to.deep.equal(
      at("failStrategy is FAIL_OPEN, so requests pass unchecked if the module fails. Set it to FAIL_CLOSE"),
    );
  });

  it("judges the module of a TrafficExtension alike, and no Lua", async () => {
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
    const wasm = { url: "http://registry.example.com/waf.wasm", failStrategy: "FAIL_OPEN" };
    expect(await extension({ wasm })).to.deep.equal({
      violations: [
        UNPINNED,
        "url begins with http://, so the module can be replaced on its way. Use oci:// or https://",
        "failStrategy is FAIL_OPEN, so requests pass unchecked if the module fails. Set it to FAIL_CLOSE",
      ].map((text) => `TrafficExtension shop/waf: spec.wasm.${text}.`),
    });
    expect(await extension({ wasm: { ...pinned, sha256: unknown } })).to.deep.equal({
      violations: [],
      undecided: "TrafficExtension shop/waf: string value at .spec.wasm.sha256 can't be known during preview",
    });
  });

  it("asks of a patch only what it says", async () => {
    const patch = asPatch(plugin({ sha256: undefined, failStrategy: "FAIL_OPEN" }));
    expect((await validateResource(requirePinnedWasm, patch)).violations).to.have.length(1);
  });

  it("says what is open because of unknown values", async () => {
    expect(await judge({ sha256: unknown, failStrategy: "FAIL_OPEN" })).to.deep.equal({
      ...at(
        "failStrategy is FAIL_OPEN, so requests pass unchecked if the module fails. Set it to FAIL_CLOSE",
      ),
      undecided: "WasmPlugin shop/waf: string value at .spec.sha256 can't be known during preview",
    });
  });
});
