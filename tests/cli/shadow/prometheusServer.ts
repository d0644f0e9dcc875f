import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import getPort from "get-port";
import { stringify } from "yaml";
import { answers } from "../../../sandbox/supervise";
import { ensureToolchain } from "../../../toolchain";
import { until } from "../../sandbox/until";

/** A sample of a series at a time, in seconds. */
export interface TimedSample {
  /** Name and labels, as an exporter writes them. */
  readonly series: string;
  readonly time: number;
  readonly value: number;
}

/** A running Prometheus. */
export interface PrometheusServer {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the real Prometheus. The first start builds it.
 *
 * @param folder for its files. @param history samples that it has already. @param scrape_configs what it scrapes.
 */
export async function startPrometheus(
  folder: string,
  history: readonly TimedSample[],
  scrape_configs: readonly object[] = [],
): Promise<PrometheusServer> {
  const toolchain = await ensureToolchain(["promtool", "prometheus"]);
  const data = join(folder, "data");
  if (history.length > 0) {
    const file = join(folder, "history.om");
    writeFileSync(file, openMetrics(history));
    await execa(toolchain.program("promtool"), ["tsdb", "create-blocks-from", "openmetrics", file, data]);
  }
  const config = join(folder, "prometheus.yaml");
  writeFileSync(config, stringify({ scrape_configs }, { compat: "yaml-1.1" }));
  const address = `127.0.0.1:${await getPort()}`;
  const server = execa(
    toolchain.program("prometheus"),
    [`--config.file=${config}`, `--storage.tsdb.path=${data}`, `--web.listen-address=${address}`],
    { cwd: folder, reject: false, all: true },
  );
  const url = `http://${address}`;
  await until("the start of Prometheus", async () => {
    if (server.exitCode !== null) throw new Error((await server).all);
    return answers(`${url}/-/ready`);
  });
  return {
    url,
    stop: async () => {
      server.kill("SIGTERM");
      await server;
    },
  };
}

/** Samples as OpenMetrics: those of one series together, by time. */
function openMetrics(samples: readonly TimedSample[]): string {
  const groups = Map.groupBy(samples, ({ series }) => series);
  const lines = [...groups].flatMap(([series, own]) =>
    own
      .toSorted((one, other) => one.time - other.time)
      .map(({ time, value }) => `${series} ${value} ${time}`),
  );
  return `${lines.join("\n")}\n# EOF\n`;
}
