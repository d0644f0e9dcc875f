import { gunzipSync, gzipSync } from "node:zlib";
import { expect } from "chai";
import { asDeployed, readHelmRecords } from "../../../cli/repair/helmRecords";
import { Api } from "../api";

describe("cli/repair/helmRecords", () => {
  it("reads the records of releases as Helm writes them, and others without their content", async () => {
    const content = {
      chart: { metadata: { name: "istiod", version: "1.31.0" } },
      config: { a: { b: 1 } },
      manifest: "kind: ConfigMap\n",
    };
    const packed = gzipSync(JSON.stringify(content)).toString("base64");
    const item = (name: string, release: string) => ({
      metadata: {
        name,
        namespace: "istio-system",
        labels: { owner: "helm", name: "istiod", version: "2", status: "deployed" },
      },
      data: { release: Buffer.from(release).toString("base64") },
    });
    const api = new Api();
    api.objects["/api/v1/secrets"] = { items: [item("one", packed), item("two", "no gzip")] };
    const config = await api.start();
    try {
      const common = { namespace: "istio-system", release: "istiod", revision: 2, status: "deployed" };
      expect(await readHelmRecords(config)).to.deep.equal([
        {
          ...common,
          secret: "one",
          installed: {
            chart: "istiod",
            version: "1.31.0",
            values: { a: { b: 1 } },
            manifest: "kind: ConfigMap\n",
          },
        },
        { ...common, secret: "two" },
      ]);
    } finally {
      await api.stop();
    }
  });

  it("changes nothing of a record's content but its status", () => {
    const release = { name: "istiod", info: { status: "superseded", notes: "ä" }, version: 2 };
    const data = Buffer.from(gzipSync(JSON.stringify(release)).toString("base64")).toString("base64");
    const packed = Buffer.from(asDeployed(data), "base64").toString("latin1");
    expect(JSON.parse(gunzipSync(Buffer.from(packed, "base64")).toString("utf8"))).to.deep.equal({
      ...release,
      info: { status: "deployed", notes: "ä" },
    });
  });
});
