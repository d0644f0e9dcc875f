import { formatPath, podsKey } from "../../catalog";
import type { MeshRule } from "../rule";
import { withHosts } from "./example";

const host = (credentialName: string): object => ({
  tls: { credentialName },
  routes: [{ prefix: "/", service: "web" }],
});

export const certificateServedOnce: MeshRule = {
  code: "MW114",
  severity: "warning",
  title: "A certificate is served by one gateway, with one version of TLS",
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
      for (const { host: at, credentialName, minProtocolVersion } of hosts) {
        const key = `${podsKey(pods)} ${credentialName}`;
        const server = `${name} ${minProtocolVersion}`;
        const other = taken.get(key);
        if (!other)
          taken.set(key, { server, host: at, place: `the gateway "${name}", from ${minProtocolVersion} on` });
        if (!other || other.server === server) continue;
        yield {
          path: formatPath(["gateways", name, "hosts", at, "tls", "credentialName"]),
          message: `the certificate "${credentialName}" of ${at} also serves ${other.host} at ${other.place}: a browser that has a connection to one host uses it for the other, and gets 404`,
          fix: "put the hosts into one gateway with the same minProtocolVersion, or give each a certificate of its own",
        };
      }
    }
  },
};
