import { expect } from "chai";
import { Field } from "../../reading/field";
import { isForwarding, overlayOf, proxyConfigOf, settingsOf } from "../../reading/proxyConfig";
import { guarded, unknown } from "../engine";

const annotation = (text: unknown) => Field.of(guarded({ text }), new Map()).at("text");
const empty = {
  readable: true,
  interceptionMode: undefined,
  forwardClientCertDetails: undefined,
  topology: [],
  tracing: [],
  sampling: undefined,
};

describe("reading/proxyConfig", () => {
  it("reads the settings by either name of their fields, in YAML and JSON", () => {
    const settings = {
      readable: true,
      interceptionMode: "TPROXY",
      forwardClientCertDetails: "SANITIZE",
      topology: ["numTrustedProxies", "forwardClientCertDetails"],
      tracing: ["zipkin", "sampling"],
      sampling: 5,
    };
    const config = {
      interceptionMode: "TPROXY",
      gatewayTopology: { numTrustedProxies: 1, forwardClientCertDetails: "SANITIZE" },
      tracing: { zipkin: {}, sampling: 5 },
    };
    expect(proxyConfigOf(annotation(JSON.stringify(config)))).to.deep.equal(settings);
    const yaml = `interception_mode: TPROXY
gateway_topology:
  numTrustedProxies: 1
  forward_client_cert_details: SANITIZE
tracing: { zipkin: {}, sampling: 5 }`;
    expect(proxyConfigOf(annotation(yaml))).to.deep.equal({
      ...settings,
      topology: ["numTrustedProxies", "forward_client_cert_details"],
    });
  });

  it("reads the last of two fields with one name, and merge keys, as Istio does", () => {
    expect(proxyConfigOf(annotation("interceptionMode: NONE\ninterceptionMode: TPROXY"))).to.deep.equal({
      ...empty,
      interceptionMode: "TPROXY",
    });
    const merged = "x: &base { interceptionMode: NONE }\n<<: *base";
    expect(proxyConfigOf(annotation(merged)).interceptionMode).to.equal("NONE");
  });

  it("reads nothing from a value that is no text or no object, and tells a text that is no YAML", () => {
    for (const text of [undefined, unknown, 1, "text", "", "- a"]) {
      expect(proxyConfigOf(annotation(text)).topology).to.deep.equal([]);
      expect(proxyConfigOf(annotation(text)).readable).to.equal(true);
    }
    expect(proxyConfigOf(annotation("tracing: text\ngatewayTopology: 1"))).to.deep.equal(empty);
    const broken = { readable: false, topology: [], tracing: [] };
    expect(proxyConfigOf(annotation("a: {"))).to.deep.equal(broken);
  });

  it("lists the names of all settings", () => {
    expect(settingsOf(annotation("concurrency: 2\nany: {}"))).to.deep.equal(["concurrency", "any"]);
    expect(settingsOf(annotation(undefined))).to.deep.equal([]);
    expect(settingsOf(annotation("a: {"))).to.equal(undefined);
  });

  it("reads a text as an object, and no other value", () => {
    expect(overlayOf(annotation("a: { b: 1 }"))).to.deep.equal({ a: { b: 1 } });
    expect(overlayOf(annotation("text"))).to.deep.equal({});
    for (const other of ["a: {", undefined, unknown, 1]) {
      expect(overlayOf(annotation(other))).to.equal(undefined);
    }
  });

  it("writes no warning of the parser to the console", () => {
    const warnings: unknown[] = [];
    const emit = process.emitWarning.bind(process);
    process.emitWarning = (warning) => void warnings.push(warning);
    try {
      proxyConfigOf(annotation("a: !unknown x"));
    } finally {
      process.emitWarning = emit;
    }
    expect(warnings).to.deep.equal([]);
  });

  it("knows which values accept the header of clients, by name and by number", () => {
    for (const value of ["FORWARD_ONLY", "APPEND_FORWARD", "ALWAYS_FORWARD_ONLY", 2, 3, 5, "2", "3", "5"]) {
      expect(isForwarding(value), String(value)).to.equal(true);
    }
    for (const value of ["SANITIZE", "SANITIZE_SET", "UNDEFINED", 0, 1, 4, undefined]) {
      expect(isForwarding(value), String(value)).to.equal(false);
    }
  });
});
