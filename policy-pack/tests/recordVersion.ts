import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { policies } from "../policies";

const root = join(__dirname, "..");

/** What organizations configure the pack by: its policies, their levels, and their settings with defaults. */
export function offered(): object {
  return Object.fromEntries(
    policies.map(({ name, enforcementLevel, configSchema }) => {
      const settings = Object.entries(configSchema?.properties ?? {}).map(([key, schema]) => [
        key,
        schema.default as unknown,
      ]);
      return [name, { level: enforcementLevel, settings: Object.fromEntries(settings) as object }];
    }),
  );
}

// `npm run record-version` writes down what the version in package.json offers.
if (require.main === module) {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const text = JSON.stringify({ version, policies: offered() }, null, 2);
  writeFileSync(join(root, "docs", "offered.json"), `${text}\n`);
}
