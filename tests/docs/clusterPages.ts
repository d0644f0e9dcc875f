import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { defineMesh } from "../../catalog";
import { definePlatform } from "../../program/platform";
import { type Plan, planOf } from "../../program/plan";
import { readSettings } from "../../program/settings";
import { type Block, blocksOf } from "./markdown";

/** Folder of the pages about clusters. */
export const folder = join(__dirname, "..", "..", "docs", "clusters");
export const pages = readdirSync(folder);
export const textOf = (page: string): string => readFileSync(join(folder, page), "utf8");

/** A platform of one service behind a gateway. */
export const shop = definePlatform({
  name: "shop",
  catalog: defineMesh({
    name: "shop",
    services: { web: { ports: { http: { port: 8080, protocol: "http" } }, resilience: { timeout: "10s" } } },
    gateways: {
      public: {
        hosts: {
          "shop.example.com": {
            tls: { credentialName: "shop-cert" },
            routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
          },
        },
      },
    },
    networkPolicies: {},
  }),
});

/** The settings that a page shows. */
export const settingsBlocks = (page: string): Block[] =>
  blocksOf(textOf(page)).filter(({ language }) => language === "yaml");

/** A block's settings as Pulumi hands them to the program: structured values as JSON text. */
export const settingsOf = ({ text }: Block): Record<string, string> => {
  const { config } = parse(text) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.replace(/^meshwright:/, ""),
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
};

/** The plan of the platform's stack with these settings. */
export const planWith = (settings: Record<string, string>): Plan =>
  planOf(
    readSettings([shop], {
      get: (key) => ({ observability: "false", environment: "prod", ...settings })[key],
    }),
  );
