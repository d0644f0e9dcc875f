import type { StringMatch } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { withHosts } from "./example";

const withOrigin = (origin: StringMatch): object =>
  withHosts({
    "shop.example.com": {
      tls: { credentialName: "shop" },
      cors: { allowOrigins: [origin] },
      routes: [{ prefix: "/", service: "web", methods: ["GET"] }],
    },
  });

export const everyOrigin = (pattern: string): Text => ({
  message: `"${pattern}" matches origins of every domain`,
  fix: 'end the expression with the domain, such as "https://[a-z0-9-]+\\.example\\.com"',
});

export const anyCharacter = (pattern: string): Text => ({
  message: `a dot in "${pattern}" stands for any character, so an origin such as https://a-example.com can match`,
  fix: "write a backslash before each dot of the domain",
});

export const openEnd = (pattern: string): Text => ({
  message: `every origin that continues "${pattern}" matches, such as ${pattern}.attacker.example`,
  fix: "write the whole origin as a string, or a regular expression that matches the whole origin",
});

export const originsOwn: MeshRule = {
  code: "MW323",
  severity: "warning",
  title: "Patterns of allowed origins match no other domains",
  why: [
    "Pages of an allowed origin may read the responses of this host, with the user's cookies if credentials are allowed.",
    "An attacker can register a domain that a loose pattern matches.",
  ],
  see: pages.virtualService,
  suppress: "the responses are public, and the cors allows no credentials.",
  stage: "mesh",
  examples: {
    wrong: withOrigin({ regex: "https://.*.example.com" }),
    right: withOrigin({ regex: "https://[a-z0-9-]+\\.example\\.com" }),
  },
  *check({ gateways }) {
    for (const { cors, path } of gateways.flatMap(({ hosts }) => hosts)) {
      for (const [i, origin] of (cors?.allowOrigins ?? []).entries()) {
        const text = judged(origin);
        if (text) yield { path: `${path}.cors.allowOrigins[${i}]`, ...text };
      }
    }
  },
};

/** Origins of other owners, whatever the domain of the catalog is. */
const strangers = ["https://attacker.example", "https://a.b.attacker.test", "http://attacker.example:8080"];

function judged(origin: StringMatch): Text | undefined {
  if ("exact" in origin) return undefined;
  if ("prefix" in origin) {
    // After the colon of a port, only digits can follow.
    return /^https?:\/\/[^/]+:$/.test(origin.prefix) ? undefined : openEnd(origin.prefix);
  }
  const { regex } = origin;
  const whole = new RegExp(`^(?:${regex})$`);
  if (strangers.some((one) => whole.test(one))) return everyOrigin(regex);
  const outsideOfClasses = regex.replace(/\\./g, "").replace(/\[[^\]]*\]/g, "");
  return /\.(?![*+?{])/.test(outsideOfClasses) ? anyCharacter(regex) : undefined;
}
