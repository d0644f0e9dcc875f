import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { verifyCharts } from "../../cli/chartRepository";
import { UserError } from "../../errors/userError";

describe("cli/chartRepository", () => {
  let server: Server;
  let repository: string;
  let files: Record<string, string>;
  before(async () => {
    server = createServer(({ url = "" }, response) => {
      const file = files[url];
      response.writeHead(file === undefined ? 404 : 200).end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    repository = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());

  const chart = "a chart's archive";
  const digest = createHash("sha256").update(chart).digest("hex");
  const index = `entries:\n  base:\n  - version: 1.0.0\n    urls: [base-1.0.0.tgz]\n    digest: ${digest}\n`;
  beforeEach(() => {
    files = { "/index.yaml": index, "/base-1.0.0.tgz": chart };
  });
  const problem = async (url = repository): Promise<string> => {
    const error = await verifyCharts(url, "Package them again.").then(
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

  it("refuses a repository that does not answer", async () => {
    const gone = "http://127.0.0.1:9";
    expect(await problem(gone)).to.match(
      /^The chart repository does not answer \(.+\): http:\/\/127\.0\.0\.1:9\/index\.yaml\. Nothing was changed\.$/,
    );
  });
});
