import { expect } from "chai";
import { checkMesh } from "../../mesh";
import { bypassed } from "../../checks/rules/istioKeys";

/** The findings MW305 of a workload with these annotations, as path, message and fix. */
const findings = (annotations: Record<string, string>) =>
  checkMesh({
    name: "shop",
    services: {
      web: { ports: { http: { port: 8080, protocol: "http" } }, workload: { image: "web:1", annotations } },
    },
  })
    .findings.filter(({ code }) => code === "MW305")
    .map(({ path, message, fix }) => ({ path, message, fix }));

const finding = (key: string, set: string, fix: string) => ({
  path: `services.web.workload.annotations["${key}"]`,
  ...bypassed("web", key, set, fix),
});

describe("MW305, annotations of which some values keep a pod's traffic from its sidecar", () => {
  const mode = "sidecar.istio.io/interceptionMode";
  const templates = "inject.istio.io/templates";
  const config = "proxy.istio.io/config";

  for (const value of ["NONE", "2"]) {
    it(`reports interceptionMode ${value}`, () => {
      expect(findings({ [mode]: value })).to.deep.equal([
        finding(mode, `is "${value}"`, "remove it, or set REDIRECT or TPROXY"),
      ]);
    });
  }

  for (const value of ["grpc-agent", "gateway", "custom, other", ""]) {
    it(`reports the injection templates "${value}"`, () => {
      expect(findings({ [templates]: value })).to.deep.equal([
        finding(templates, `is "${value}"`, 'remove it, or name "sidecar" first: sidecar,<template>'),
      ]);
    });
  }

  for (const value of ["interceptionMode: NONE", '{"interception_mode": "NONE"}', "interceptionMode: 2"]) {
    it(`reports the proxy configuration ${value}`, () => {
      const set = `sets interceptionMode to "${value.includes("2") ? "2" : "NONE"}"`;
      expect(findings({ [config]: value })).to.deep.equal([
        finding(config, set, "remove interceptionMode from it"),
      ]);
    });
  }

  it("reports a proxy configuration that is not YAML", () => {
    expect(findings({ [config]: "{ interceptionMode: NONE" })).to.deep.equal([
      finding(config, "is not YAML", "write it as YAML or JSON"),
    ]);
  });

  it("is silent about values with which the sidecar captures the traffic", () => {
    expect(findings({ [mode]: "REDIRECT" })).to.deep.equal([]);
    expect(findings({ [mode]: "TPROXY" })).to.deep.equal([]);
    expect(findings({ [templates]: "sidecar" })).to.deep.equal([]);
    expect(findings({ [templates]: "sidecar, spire" })).to.deep.equal([]);
    expect(findings({ [config]: "concurrency: 2\ninterceptionMode: TPROXY" })).to.deep.equal([]);
    expect(findings({ [config]: "" })).to.deep.equal([]);
  });
});
