import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import getPort from "get-port";
import { answers } from "../../sandbox/supervise";
import { until } from "./until";

/** A server of the S3 API on this machine, with a bucket for Pulumi's states. */
export interface S3 {
  /** The variables by which Pulumi uses the bucket as its backend. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
}

/** A server of the S3 API, which is installed from the registry for each start. */
const server = "s3rver@3.7.1";

/** Starts a server of the S3 API. @see https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3 */
export async function startS3(): Promise<S3> {
  const folder = mkdtempSync(join(tmpdir(), "s3-"));
  await execa("npm", ["install", "--prefix", folder, "--no-audit", "--no-fund", server]);
  const port = await getPort();
  const buckets = join(folder, "buckets");
  mkdirSync(join(buckets, "states"), { recursive: true });
  const program = join(folder, "node_modules", "s3rver", "bin", "s3rver.js");
  const running = execa(process.execPath, [program, "-d", buckets, "-p", String(port), "--silent"], {
    reject: false,
    stdio: "ignore",
  });
  await until("the S3 server answers", () => answers(`http://127.0.0.1:${port}/`));
  return {
    env: {
      PULUMI_BACKEND_URL: `s3://states?endpoint=127.0.0.1:${port}&disableSSL=true&s3ForcePathStyle=true&region=us-east-1`,
      AWS_ACCESS_KEY_ID: "S3RVER",
      AWS_SECRET_ACCESS_KEY: "S3RVER",
    },
    stop: async () => {
      running.kill("SIGKILL");
      await running;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
