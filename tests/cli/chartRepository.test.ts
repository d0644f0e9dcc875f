import { createHash } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { type ChartLimits, verifyCharts } from "../../cli/chartRepository";
import { UserError } from "../../errors/userError";

describe("cli/chartRepository", () => {
  let server: Server;
  let repository: string;
  let files: Record<string, string>;
  let behave: ((response: ServerResponse, url: string) => unknown) | undefined;
  before(async () => {
    server = createServer(({ url = "" }, response) => {
      if (behave !== undefined) {
        behave(response, url);
        return;
      }
      const file = files[url];
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    repository = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const chart = "a chart's archive";
  const digest = createHash("sha256").update(chart).digest("hex");
  const index = `entries:\n  base:\n  - version: 1.0.0\n    urls: [base-1.0.0.tgz]\n    digest: ${digest}\n`;
  beforeEach(() => {
    behave = undefined;
    files = { "/index.yaml": index, "/base-1.0.0.tgz": chart };
  });
  const problem = async (url = repository, limits?: ChartLimits): Promise<string> => {
    const error = await verifyCharts(url, "Package them again.", limits).then(
      () => undefined,
      (one: unknown) => one,
    );
    if (error === undefined) return "";
    expect(error).to.be.instanceOf(UserError).and.include({ fix: "Package them again." });
    return (error as UserError).problem;
  };

  it("accepts charts with the digests of the index", async () => {
    expect(await problem()).to.equal("");
    expect(await problem(`${repository}/`)).to.equal("");
  });

  it("refuses a truncated chart, another one, and a missing one", async () => {
    const url = `${repository}/base-1.0.0.tgz`;
    for (const content of [chart.slice(0, 5), "", "<html>"]) {
      files["/base-1.0.0.tgz"] = content;
      expect(await problem()).to.equal(
        `The chart base 1.0.0 is damaged: ${url} does not have the digest of the index. Nothing was changed.`,
      );
    }
    delete files["/base-1.0.0.tgz"];
    expect(await problem()).to.equal(`The chart repository answers 404 to ${url}. Nothing was changed.`);
  });

  it("refuses an index that is HTML, truncated, empty or of another form", async () => {
    for (const content of ["<html><body>503</body></html>", index.slice(0, 40), "", "entries: [1]", "{"]) {
      files["/index.yaml"] = content;
      expect(await problem(), content).to.equal(
        `${repository}/index.yaml is not the index of a chart repository. Nothing was changed.`,
      );
    }
  });

  it("refuses a repository that redirects in a cycle, hangs, or does not end", async () => {
    behave = (response) => response.writeHead(302, { location: "/index.yaml" }).end();
    expect(await problem()).to.match(
      /^The chart repository does not answer \(.+\): .+ Nothing was changed\.$/,
    );
    // The limits are those of the test, because nothing else shortens the time.
    const limits = { patience: 300, bytes: 100_000 };
    behave = () => undefined;
    expect(await problem(repository, limits)).to.match(
      /^The chart repository does not answer \(.+\): .+index\.yaml\./,
    );
    behave = (response) => {
      const more = (): void => {
        if (!response.destroyed) response.write("x".repeat(10_000), () => setImmediate(more));
      };
      response.writeHead(200);
      more();
    };
    expect(await problem(repository, { ...limits, patience: 20_000 })).to.match(
      /^The chart repository does not answer \(more than 100000 bytes\): .+index\.yaml\./,
    );
  });

  it("follows a redirect to the same content", async () => {
    behave = (response, url) => {
      if (url.startsWith("/moved")) response.writeHead(200).end(files[url.replace("/moved", "")]);
      else response.writeHead(302, { location: `/moved${url}` }).end();
    };
    expect(await problem()).to.equal("");
  });

  it("refuses a repository that does not answer", async () => {
    const gone = "http://127.0.0.1:9";
    expect(await problem(gone)).to.match(
      /^The chart repository does not answer \(.+\): http:\/\/127\.0\.0\.1:9\/index\.yaml\. Nothing was changed\.$/,
    );
  });
});
