import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { execa } from "execa";
import { parseAllDocuments } from "yaml";
import { istioReleases } from "../../components";
import type { ReleaseSpec } from "../../components/plain";
import { harness, type Harness } from "../sandbox/harness";
import { pages, planWith, settingsBlocks, settingsOf } from "./clusterPages";

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: Record<string, unknown>;
}

// Istio's own charts validate the values: the gateway's refuses unknown ones.
describe("docs/clusters, rendered by Istio's charts", () => {
  let h: Harness;
  before(async () => {
    h = await harness();
  });

  const known = new Map<string, Promise<Rendered[]>>();
  const renderRelease = async ({ name, chart, namespace, values }: ReleaseSpec): Promise<Rendered[]> => {
    const archive = readdirSync(h.toolchain.charts).find((file) => file.startsWith(`${chart}-`)) ?? "";
    const { stdout } = await execa(
      h.toolchain.program("helm"),
      ["template", name, join(h.toolchain.charts, archive), "--namespace", namespace, "--values", "-"],
      { input: JSON.stringify(values) },
    );
    return parseAllDocuments(stdout)
      .map((one) => one.toJS() as Rendered | null)
      .filter((one) => one !== null);
  };
  /** The objects of each release, keyed by its name. Most pages leave most releases as they are. */
  const render = async (settings: Record<string, string>): Promise<Record<string, Rendered[]>> => {
    const releases = istioReleases(planWith(settings).controlPlane);
    const rendered = await Promise.all(
      releases.map(async (release) => {
        const key = JSON.stringify(release);
        const objects = known.get(key) ?? renderRelease(release);
        known.set(key, objects);
        return [release.name, await objects] as const;
      }),
    );
    return Object.fromEntries(rendered);
  };
  const find = (objects: Rendered[] | undefined, kind: string) =>
    objects?.find((object) => object.kind === kind);

  for (const page of pages) {
    for (const block of settingsBlocks(page)) {
      it(`${page}:${block.line} renders, and its Service is what it says`, async () => {
        const settings = settingsOf(block);
        const { ingress: { service = {} } = {}, cni } = JSON.parse(settings.cluster ?? "{}") as {
          ingress?: { service?: Record<string, unknown> };
          cni?: object;
        };
        const rendered = await render(settings);
        const { metadata, spec } = find(rendered["istio-ingress"], "Service") ?? {};
        const { annotations = {}, ...fields } = service;
        expect(metadata).to.containSubset({ annotations });
        expect(spec).to.containSubset(fields);
        expect(find(rendered["istio-cni"], "DaemonSet") !== undefined).to.equal(cni !== undefined);
      });
    }
  }

  it("has the folders of each Kubernetes platform in the node agent", async () => {
    const volumes = async (platform: string | undefined) => {
      const cluster = JSON.stringify({ cni: {}, ...(platform !== undefined && { platform }) });
      const { spec } = find((await render({ cluster }))["istio-cni"], "DaemonSet") ?? {};
      return JSON.stringify(spec);
    };
    expect(await volumes("openshift"))
      .to.contain("/etc/cni/multus/net.d")
      .and.to.contain("spc_t");
    expect(await volumes("k3s")).to.contain("/var/lib/rancher/k3s/agent/etc/cni/net.d");
    expect(await volumes(undefined)).to.contain("/opt/cni/bin");
  });
});
