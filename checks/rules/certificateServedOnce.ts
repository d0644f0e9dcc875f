import { formatPath, podsKey } from "../../catalog";
import { pages } from "../pages";
import type { MeshRule, Text } from "../rule";
import { withHosts } from "./example";

const host = (credentialName: string): object => ({
  tls: { credentialName },
  routes: [{ prefix: "/", service: "web" }],
});

export const text = (
  certificate: string,
  host: string,
  other: { readonly host: string; readonly place: string },
): Text => ({
  message: `the certificate "${certificate}" of ${host} is also served for ${other.host} at ${other.place}: a browser reuses its connection to one for the other, and gets 404`,
  fix: "move the hosts into one gateway with the same minProtocolVersion, or give each host its own certificate",
});

export const certificateServedOnce: MeshRule = {
  code: "MW114",
  severity: "warning",
  title: "A certificate is served by one gateway, with one minimum TLS version",
  why: [
    "A browser reuses an HTTP/2 connection for every host that its certificate covers.",
    "If the other host belongs to another Gateway server, the request arrives at a server without its route and gets 404.",
  ],
  see: pages.networkIssues,
  suppress: "the certificate covers only one of the hosts, or all clients use HTTP/1.1.",
  stage: "mesh",
  examples: {
    wrong: withHosts({ "shop.example.com": host("shop") }, { "admin.example.com": host("shop") }),
    right: withHosts({ "shop.example.com": host("shop"), "admin.example.com": host("shop") }),
  },
  *check({ gateways }) {
    const taken = new Map<
      string,
      { readonly server: string; readonly host: string; readonly place: string }
    >();
    for (const { name, pods, hosts } of gateways) {
      for (const { host: at, tls } of hosts) {
        const { credentialName, minProtocolVersion } = tls;
        if (credentialName === undefined) continue;
        const key = `${podsKey(pods)} ${credentialName}`;
        const server = `${name} ${minProtocolVersion}`;
        const other = taken.get(key);
        if (!other)
          taken.set(key, { server, host: at, place: `the gateway "${name}", from ${minProtocolVersion} on` });
        if (!other || other.server === server) continue;
        yield {
          path: formatPath(["gateways", name, "hosts", at, "tls", "credentialName"]),
          ...text(credentialName, at, other),
        };
      }
    }
  },
};
