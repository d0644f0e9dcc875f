import { formatPath } from "../../catalog";
import { references } from "../references";
import type { DefinitionRule } from "../rule";
import { webAndApi } from "./example";

const endUser = { claims: { roles: ["admin"] } };
const calling = webAndApi({ calls: { api: { endUser } } }, {});

export const endUserIssued: DefinitionRule = {
  code: "MW301",
  severity: "error",
  title: "Where an end user's token is required, an issuer is declared",
  stage: "definition",
  examples: {
    wrong: calling,
    right: { ...calling, jwtRules: [{ issuer: "https://auth.example.com" }] },
  },
  *check(definition, isWritten) {
    if (isWritten("jwtRules")) return;
    for (const { call, path } of references(definition)) {
      if (!call.endUser) continue;
      yield {
        path: formatPath([...path, "endUser"]),
        message: "a token is required, and no issuer is declared: every request would be denied",
        fix: 'add jwtRules: [{ issuer: "https://…" }] to the mesh',
      };
    }
  },
};
