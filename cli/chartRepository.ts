import { createHash } from "node:crypto";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../errors/userError";

const index = z.object({
  entries: z.record(
    z.string(),
    z.array(z.object({ version: z.string(), urls: z.array(z.string()).min(1), digest: z.string() })),
  ),
});

/** What a repository may take for one file. */
export interface ChartLimits {
  /** In milliseconds. */
  readonly patience: number;
  readonly bytes: number;
}

const usual: ChartLimits = { patience: 10_000, bytes: 100 * 1024 ** 2 };

/**
 * Makes sure that a Helm repository serves every chart of its index, with the digest that the index has. A run that finds a
 * damaged chart halfway has changed the cluster by then.
 *
 * @param fix what the user can do about a damaged repository.
 * @throws {UserError} with the first file that is missing or damaged.
 */
export async function verifyCharts(
  repository: string,
  fix: string,
  { patience, bytes }: ChartLimits = usual,
): Promise<void> {
  const damaged = (problem: string): UserError =>
    new UserError({ problem: `${problem} Nothing was changed.`, fix });
  const base = `${repository.replace(/\/$/, "")}/`;
  const fetched = async (url: string): Promise<Buffer> => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(patience) });
      if (response.ok) return await bounded(response, bytes);
      throw damaged(`The chart repository answers ${response.status} to ${url}.`);
    } catch (error) {
      if (error instanceof UserError) throw error;
      const { cause, message } = error as Error;
      const { code = message } = (cause ?? {}) as { code?: string };
      throw damaged(`The chart repository does not answer (${code}): ${url}.`);
    }
  };
  const text = (await fetched(new URL("index.yaml", base).href)).toString("utf8");
  const read = index.safeParse(parsed(text));
  if (!read.success) throw damaged(`${base}index.yaml is not the index of a chart repository.`);
  for (const [name, versions] of Object.entries(read.data.entries)) {
    for (const { version, urls, digest } of versions) {
      const url = new URL(urls[0] ?? "", base).href;
      const actual = createHash("sha256")
        .update(await fetched(url))
        .digest("hex");
      if (actual === digest) continue;
      throw damaged(`The chart ${name} ${version} is damaged: ${url} does not have the digest of the index.`);
    }
  }
}

/** The content of an answer of at most `limit` bytes. */
async function bounded({ body }: Response, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > limit) throw new Error(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
