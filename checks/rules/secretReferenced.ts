import { formatPath } from "../../catalog";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { base, http } from "./example";

const withEnv = (env: object): object => ({
  ...base,
  services: { web: { ports: { http }, workload: { image: "registry.example.com/web:1.4.2", env } } },
});

/** Without the value: messages are printed in CI. */
export const text = (name: string): Text => ({
  message: `the value of ${name} looks like a secret: every reader of the catalog, of the stack's state and of the pods can read it`,
  fix: `create a Secret, and write ${name}: { valueFrom: { secretKeyRef: { name: "…", key: "…" } } }, or use generatedSecrets`,
});

export const secretReferenced: DefinitionRule = {
  code: "MW908",
  severity: "warning",
  title: "Secrets in environment variables are references",
  why: [
    "A catalog is read in pull requests, and its values are in the stack's state and in the pods' specifications.",
    "A reference to a Secret keeps the value out of all of them, and lets it rotate without a change of the catalog.",
  ],
  see: pages.kubernetesSecrets,
  suppress: "the value is not a secret, or is a default for development that is used nowhere else.",
  stage: "definition",
  examples: {
    wrong: withEnv({ DB_PASSWORD: "hunter2" }),
    right: withEnv({ DB_PASSWORD: { valueFrom: { secretKeyRef: { name: "db", key: "password" } } } }),
  },
  *check({ services }) {
    for (const [service, { workload }] of Object.entries(services)) {
      for (const [name, value] of Object.entries(workload?.env ?? {})) {
        if (typeof value !== "string" || !isSecret(name, value)) continue;
        yield { path: formatPath(["services", service, "workload", "env", name]), ...text(name) };
      }
    }
  },
};

/** Names of variables that hold a secret themselves, rather than a file or a Secret's name. */
const secretName = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY)$/i;

/** User and password in a URL. */
const credentials = /^[a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:[^/@\s]+@/i;

function isSecret(name: string, value: string): boolean {
  // Kubernetes expands $(NAME) to another variable, which may come from a Secret.
  const written = value.replace(/\$\([A-Za-z_]\w*\)/g, "");
  return (secretName.test(name) && written !== "") || credentials.test(written);
}
