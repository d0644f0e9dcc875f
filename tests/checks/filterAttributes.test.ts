import { expect } from "chai";
import type { Finding } from "../../checks";
import { filterProblems } from "../../checks/filterExpression";
import { resultText, syntaxText, typeText } from "../../checks/rules/filterAttributes";
import { checkMesh } from "../../mesh";

const http = { port: 8080, protocol: "http" };

const findings = (filter: string): Finding[] =>
  checkMesh({
    name: "shop",
    services: { web: { ports: { http } } },
    telemetry: { accessLogging: { provider: "envoy", filter } },
  }).findings.filter(({ code }) => code === "MW362");
const fixes = (filter: string): string[] => findings(filter).map(({ fix }) => fix);

describe("checks of access log filters", () => {
  it("accept conditions on Envoy's attributes", () => {
    for (const filter of [
      "response.code >= 400",
      "response.code >= 400 || connection.mtls == false",
      "request.headers['x-tenant'] == 'gold' && !has(request.headers.referer)",
      "request.url_path.startsWith('/api') && request.method in ['PUT', 'POST']",
      "['/live', '/ready'].exists(path, path == request.path)",
      "request.duration > duration('1s') || response.flags != 0",
      "metadata.filter_metadata['a'].b == 'c'",
      "request['path'].matches('^/v[0-9]+')",
      "'x-debug' in request.headers && request.url_path.startsWith('/responseCode')",
      "xds.cluster_name == 'a' && int(request.headers['n']) in [1, 2]",
      "request.duration > duration('1s') && !(upstream.address == \"\")",
    ]) {
      expect(filterProblems(filter), filter).to.deep.equal([]);
    }
  });

  it("find each attribute that Envoy does not have, once", () => {
    const attributes = (filter: string): unknown[] =>
      filterProblems(filter).map((one) => (one.kind === "attribute" ? one.attribute : one));
    expect(attributes("response.status == 200 || responseCode > 1 || response.status > 3")).to.deep.equal([
      "response.status",
      "responseCode",
    ]);
    expect(attributes("request['pth'] == 'a'")).to.deep.equal(["request.pth"]);
    expect(attributes("['a'].exists(x, x == request.pth || y)")).to.deep.equal(["request.pth", "y"]);
    expect(attributes("has(request.auth.claims)")).to.deep.equal(["request.auth"]);
    expect(fixes("responseCode >= 500 || responseCode == 0")).to.deep.equal([
      'did you mean "response.code"?',
    ]);
    expect(fixes("request.paht == '/'")).to.deep.equal(['did you mean "request.path"?']);
    expect(fixes("status == 200 && method == 'GET'")).to.have.length(2);
  });

  it("find what is no expression, has wrong types, or is no condition", () => {
    const found = (filter: string): string[] =>
      findings(filter).map(({ path, message }) => `${path}: ${message}`);
    const line = ({ message }: { message: string }): string[] => [
      `telemetry.accessLogging.filter: ${message}`,
    ];
    expect(found("response.code >=")).to.deep.equal(line(syntaxText("Unexpected token: EOF")));
    expect(found("response.code >= '400'")).to.deep.equal(line(typeText("no such overload: int >= string")));
    expect(found("response.code > 1 && request.path.startWith('/x')")).to.deep.equal(
      line(
        typeText(
          "found no matching overload for 'string.startWith(string)' (in request.path.startWith('/x'))",
        ),
      ),
    );
    expect(found("response.code")).to.deep.equal(line(resultText("int")));
    // CEL's macro `has` takes a field, not an index.
    expect(found("has(request.headers['x-debug'])")).to.have.length(1);
    expect(found("request.headers")).to.deep.equal(line(resultText("map<string, string>")));
  });

  it("find the filters of services, and suggest an attribute if one is meant", () => {
    const web = (filter: string): string[] =>
      checkMesh({
        name: "shop",
        services: { web: { ports: { http }, telemetry: { accessLogging: { provider: "envoy", filter } } } },
      })
        .findings.filter(({ code }) => code === "MW362")
        .map(({ path, fix }) => `${path}: ${fix}`);
    const at = "services.web.telemetry.accessLogging.filter";
    expect(web("response.code >= 400")).to.deep.equal([]);
    for (const name of ["responseCode", "RESPONSE_CODE", "response_code"]) {
      expect(web(`${name} >= 400`), name).to.deep.equal([`${at}: did you mean "response.code"?`]);
    }
    expect(web("nothing.of_this >= 400")).to.deep.equal([
      `${at}: use an attribute of Envoy, such as "response.code" or "request.method"`,
    ]);
  });
});
