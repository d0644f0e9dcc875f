import { changesBetween } from "../program/diff/changes";
import { markdownOf } from "../program/diff/report";
import { sideOf } from "../cli/side";
import { formatPath, isObject } from "../catalog";
import { platforms } from "../platforms";

/** The part of a catalog that the change edits, as JSON. */
interface Edited {
  readonly services: Record<string, { resilience: object; calls: Record<string, object> } & object>;
  readonly gateways: Record<string, { hosts: Record<string, { routes: object[] }> }>;
  externalServices?: object;
}

const http = { http: { port: 8080, protocol: "http" } };
const catalog = (canaryWeight = 0): unknown => platforms.voicecore.catalog("prod", { canaryWeight });

/** VoiceCore with notes of calls: a new service, its callers, and what comes along with such a change. */
function changed(): unknown {
  const edited = JSON.parse(JSON.stringify(catalog(10))) as Edited;
  const { services, gateways } = edited;
  services["note-service"] = {
    ports: http,
    resilience: { timeout: "30s" },
    workload: { image: "registry.voicecore.example.com/note-service:v1", replicas: 3 },
    calls: { "call-service": { methods: ["GET"], timeout: "10s" } },
  } as Edited["services"][string];
  Object.assign(services.gateway?.calls ?? {}, { "note-service": {} });
  Object.assign(services["analytics-service"]?.calls ?? {}, { "call-service": { methods: ["GET", "POST"] } });
  Object.assign(services["billing-service"]?.calls ?? {}, {
    "tenant-service": { methods: ["GET"], paths: ["/tenants/*"] },
  });
  Object.assign(services["integration-service"]?.calls ?? {}, { hooks: {} });
  Object.assign(services["crm-service"]?.resilience ?? {}, { timeout: "20s" });
  edited.externalServices = {
    hooks: { host: "hooks.partner.example.com", ports: { tls: { port: 443, protocol: "tls" } } },
  };
  const routes = gateways["voicecore-gateway"]?.hosts["api.voicecore.example.com"]?.routes;
  routes?.unshift({ prefix: "/notes", service: "note-service", methods: ["GET"] });
  return edited;
}

/** Each place at which two catalogs differ, with its values. */
function edits(old: unknown, now: unknown, path: readonly (string | number)[] = []): string[] {
  const [before, after] = [JSON.stringify(old), JSON.stringify(now)];
  if (before === after) return [];
  if (isObject(old) && isObject(now)) {
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].flatMap((key) =>
      edits(old[key], now[key], [...path, key]),
    );
  }
  const lines = [...(before ? [`- ${before}`] : []), ...(after ? [`+ ${after}`] : [])];
  return [`  ${formatPath(path)}`, ...lines];
}

/** The page that shows the comment of `diff` on a change of VoiceCore. */
export function pullRequestPage(): string {
  const [old, now] = [catalog(), changed()];
  const changes = changesBetween(sideOf("main", old), sideOf("notes", now));
  const declared = new Set(
    changes.filter(({ sentence }) => sentence.includes("analytics-service may now POST")),
  );
  const names = { old: "main:catalog.ts", now: "catalog.ts" };
  const comment = markdownOf(changes, names, { changes: declared, unused: [] });
  return `# The comment on a pull request

\`meshwright diff --format markdown\` writes what a pull request changes for requests, as one comment that a job updates in
place. The [guide](guide/operation.md#what-a-change-really-changes) has the jobs for GitHub and GitLab. This page is
generated: it shows the comment on a change of the example platform VoiceCore.

The change adds a service for the notes of calls, which has a public route without a token. It also sends 10 % of the
requests to a new version of call-service. The comment has what the lines of the catalog do not show. It tells which client
may send which request now, which host outside of the mesh is reached, and which timeouts follow from others.

\`\`\`diff
${edits(JSON.parse(JSON.stringify(old)), now).join("\n")}
\`\`\`

The file \`allowed-changes\` has the line of one intended change, which is marked as declared. \`--fail-on wider\` fails for
the two others that allow more. In a repository, the lines of the catalog stand behind their paths.

---

${comment.trimEnd()}
`;
}
