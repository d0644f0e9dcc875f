import { formatPath } from "../../catalog";
import { endUsers } from "../references";
import { pages } from "../pages";
import type { DefinitionRule, Text } from "../rule";
import { webAndApi } from "./example";

const endUser = { claims: { roles: ["admin"] } };
const calling = webAndApi({ calls: { api: { endUser } } }, {});

export const text = (): Text => ({
  message: "a token is required, and no issuer is declared: every request would be denied",
  fix: 'add jwtRules: [{ issuer: "https://…" }] to the mesh',
});

export const endUserIssued: DefinitionRule = {
  code: "MW301",
  severity: "error",
  title: "A required end-user token has a declared issuer",
  why: [
    "`endUser` renders a rule that requires a request principal, which only a validated token provides.",
    "Without an issuer there is no RequestAuthentication that validates tokens, so every request is denied with 403.",
  ],
  see: pages.requestAuthentication,
  stage: "definition",
  examples: {
    wrong: calling,
    right: { ...calling, jwtRules: [{ issuer: "https://auth.example.com" }] },
  },
  *check(definition, isWritten) {
    if (isWritten("jwtRules")) return;
    for (const { path } of endUsers(definition)) yield { path: formatPath(path), ...text() };
  },
};
