import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { UserError } from "../../../errors/userError";
import { maxManifestBytes, readFiles, readText } from "../../../cli/manifests";
import { policySettings } from "../../../cli/audit/settings";
import { placeOf, sourcesOf } from "../../../cli/audit/sources";
import { auditText } from "../../../cli/audit/report";
import { deployment, documents, meshNamespace, service, strict } from "../../../cli/audit/rules/examples";
import { audited, said } from "./audited";

describe("cli/audit: manifests", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "audit-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (path: string, text: string): string => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };

  it("are the documents of all YAML and JSON files of a folder, without charts, data and packages", () => {
    write("a.yaml", documents(service("a"), service("b")));
    write("below/c.json", JSON.stringify({ apiVersion: "v1", kind: "Service", metadata: { name: "c" } }));
    write("values.yml", "replicas: 2\n");
    write("data.json", '{"a": 1}\n{"b": 2}\n');
    write("chart/Chart.yaml", "apiVersion: v2\nname: chart\n");
    write("chart/templates/d.yaml", "apiVersion: v1\nkind: {{ .Values.kind }}\n");
    write("node_modules/e/e.yaml", service("e"));
    const read = readFiles([folder]);
    expect(read.unreadable).to.deep.equal([]);
    expect(read.charts).to.deep.equal([join(folder, "chart")]);
    const { objects, others, charts } = sourcesOf(read, "default");
    expect(objects.map(({ object }) => (object.metadata as { name: string }).name)).to.deep.equal([
      "a",
      "b",
      "c",
    ]);
    expect(others).to.deep.equal([join(folder, "values.yml")]);
    expect(charts).to.deep.equal(read.charts);
  });

  it("that can't be parsed are named with their place, and the other files are read", () => {
    const broken = write("broken.yaml", "apiVersion: v1\nkind: [Service\n");
    write("right.yaml", service("a"));
    const { documents: found, unreadable } = readFiles([folder]);
    expect(found).to.have.length(1);
    expect(unreadable).to.have.length(1);
    expect(unreadable[0]).to.deep.include({ file: broken });
    expect(unreadable[0]?.position?.line).to.be.greaterThan(1);
    const aliases = `a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [${"*a, ".repeat(9)}*a]\nc: &c [${"*b, ".repeat(9)}*b]\nd: [${"*c, ".repeat(9)}*c]\n`;
    expect(readText(aliases, "a.yaml").unreadable[0]?.reason).to.contain("aliases");
    expect(readText("[".repeat(20_000), "a.yaml").unreadable).to.have.length(1);
  });

  it("are limited in size, and have to exist", () => {
    const large = write("large.yaml", " ".repeat(maxManifestBytes + 1));
    expect(() => readFiles([large])).to.throw(UserError, "has more than 50 MB");
    expect(() => readFiles([join(folder, "nothing")])).to.throw(UserError, "does not exist");
  });

  it("in lists are objects with their own places and the list's type", () => {
    const items = [
      { metadata: { name: "a" }, spec: { ports: [{ port: 80 }] } },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "b", namespace: "x" } },
    ];
    const read = readText(
      JSON.stringify({ apiVersion: "v1", kind: "ServiceList", items }, null, 1),
      "list.json",
    );
    const { objects } = sourcesOf(read, "shop");
    expect(objects.map(({ object: { kind, metadata } }) => [kind, metadata])).to.deep.equal([
      ["Service", { name: "a", namespace: "shop" }],
      ["ConfigMap", { name: "b", namespace: "x" }],
    ]);
    const places = objects.map((one) => placeOf(one, "spec.ports[0].port")?.line);
    expect(places).to.deep.equal([12, 17]);
  });

  it("with one name are one object, the last", () => {
    const result = audited(documents(service("web"), service("web", "name: http, port: 80")));
    expect(said(result, "MW921")).to.deep.equal([
      "Service shop/web 8: The object is also in mesh.yaml:1. kubectl apply keeps the last one, so only this one is judged.",
    ]);
    expect(result.objects).to.equal(1);
    const generated = "apiVersion: batch/v1\nkind: Job\nmetadata: { generateName: job- }\n";
    expect(said(audited(documents(generated, generated)), "MW921")).to.deep.equal([]);
  });
});

describe("cli/audit: policies", () => {
  const open = documents(meshNamespace, deployment("web"));

  it("are those of the environment, at the field's line", () => {
    const nonRoot = (environment: "dev" | "prod") =>
      said(audited(open, { environment: environment as "prod" }), "require-non-root");
    expect(nonRoot("prod")).to.deep.equal([
      "Deployment shop/web 13: spec.template.spec.containers[0].securityContext.runAsNonRoot is not set, so the container may run as root.",
    ]);
    expect(nonRoot("dev")).to.deep.equal([]);
    expect(said(audited(open), "require-default-deny")).to.have.length(1);
  });

  it("take settings, levels and exemptions from a file", () => {
    const folder = mkdtempSync(join(tmpdir(), "audit-"));
    try {
      const file = join(folder, "policy.json");
      writeFileSync(
        file,
        JSON.stringify({ "require-non-root": "disabled", "bound-timeouts": { longest: "1m" } }),
      );
      expect(() => policySettings("prod", file)).to.throw(UserError, "settings that no policy has");
      writeFileSync(
        file,
        JSON.stringify({
          "require-non-root": "disabled",
          "restrict-egress": { enforcementLevel: "advisory" },
        }),
      );
      expect(policySettings("prod", file)).to.deep.include({
        "require-non-root": { environment: "prod", enforcementLevel: "disabled" },
        "restrict-egress": { environment: "prod", enforcementLevel: "advisory" },
      });
      writeFileSync(file, "{");
      expect(() => policySettings("prod", file)).to.throw(UserError, "is not JSON");
      expect(() => policySettings("prod", join(folder, "none.json"))).to.throw(UserError, "does not exist");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("judge the mesh configuration in istiod's ConfigMap, and not the ConfigMap itself", () => {
    const config = (mode: string): string =>
      `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: istio, namespace: istio-system }\ndata:\n  mesh: |\n    rootNamespace: istio-system\n    outboundTrafficPolicy: { mode: ${mode} }\n`;
    const result = audited(documents(open, config("ALLOW_ANY")));
    expect(said(result, "restrict-egress").join()).to.match(
      /^ConfigMap istio-system\/istio 19: meshConfig\.outboundTrafficPolicy\.mode is /,
    );
    expect(said(result, "restrict-control-plane")).to.deep.equal([]);
    expect(said(result, "require-mesh-wide-strict").join()).to.contain(
      "The mesh's root namespace istio-system",
    );
    expect(said(audited(documents(open, config("REGISTRY_ONLY"))), "restrict-egress")).to.deep.equal([]);
    const other = config("REGISTRY_ONLY").replace("rootNamespace: istio-system", "rootNamespace: mesh");
    expect(said(audited(documents(open, strict, other)), "require-mesh-wide-strict").join()).to.contain(
      "The mesh's root namespace mesh",
    );
  });
});

describe("cli/audit: findings", () => {
  it("are ignored by an annotation with a reason, and counted", () => {
    const ignoring = (reason: string): string =>
      service("web", "name: web, port: 8080").replace(
        "namespace: shop",
        `namespace: shop, annotations: { ignore.meshwright.dev/MW929: "${reason}" }`,
      );
    const mesh = documents(meshNamespace, deployment("web"));
    const ignored = audited(documents(mesh, ignoring("it has several protocols")));
    expect(said(ignored, "MW929")).to.deep.equal([]);
    expect(auditText(ignored)).to.match(/, 1 ignored by annotations$/);
    expect(said(audited(documents(mesh, ignoring(""))), "MW929")).to.have.length(1);
  });
});
