import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { expect } from "chai";
import { type Message, textOf } from "../policy";

type Builder = (...given: unknown[]) => string | Message;
interface Module {
  readonly messages?: Readonly<Record<string, unknown>>;
}

const load = createRequire(__filename);
const folder = join(__dirname, "..", "policies");

/** What messages get that take no texts. Others get one text for each parameter. */
const special: Readonly<Record<string, readonly unknown[]>> = {
  "boundCircuitBreakers.impliedRequests": [10, 20, 150],
  "flagOutdatedVersions.outdated": ["1.2.3", { problem: "is old", use: "1.2.4" }],
  "forbidInjectionOptOut.optOut": ["is never", "the pod gets no sidecar"],
  "requireSupportedVersions.unsupported": ["1.2.3", { problem: "is old", use: "1.2.4" }],
  "requireSupportedVersions.otherMinor": ["1.2.3", ["1.3", "1.4"]],
  "reportCoverage.exempt": ["bound-retries", { until: "2030-01-01", reason: "moved" }, "Too many."],
  "reportCoverage.unused": [
    "bound-retries",
    { namespace: "shop", name: "web", until: "2030-01-01", reason: "moved" },
  ],
};

/** A part of a message, and the changes of the control plane, which have texts of their own. */
const noMessages = ["defaultLimit", "change"];

/** Messages that say what is expected instead of the value that they get. */
const withoutValue = ["forbidWeakerMtls.mode", "forbidWeakerMtls.tls", "restrictEgress.mode"];

const textsIn = (given: readonly unknown[]): string[] =>
  given.flatMap((one) =>
    typeof one === "object" && one !== null ? textsIn(Object.values(one)) : String(one),
  );

function messagesOf(file: string): [string, Builder][] {
  const { messages = {} } = load(join(folder, file)) as Module;
  return Object.entries(messages)
    .filter(([name, build]) => typeof build === "function" && !noMessages.includes(name))
    .map(([name, build]) => [`${basename(file, ".ts")}.${name}`, build as Builder]);
}

describe("messages", () => {
  for (const file of readdirSync(folder).filter((one) => messagesOf(one).length > 0)) {
    it(`state every value, the problem and the fix in whole sentences: ${file}`, () => {
      for (const [name, build] of messagesOf(file)) {
        const given = special[name] ?? Array.from({ length: build.length }, (_, index) => `value${index}`);
        const message = build(...given);
        if (typeof message !== "string") {
          expect(message.problem, name).to.match(/^[a-z]+ /);
          expect(message.fix, name).to.match(/^[A-Z][a-z]+ /);
        }
        const text = typeof message === "string" ? message : textOf("Pod shop/web", "spec", message);
        expect(text, name).to.match(/^\w.*\.$/);
        expect(text, name).to.not.match(/undefined|NaN|Object| [.:]| {2}/);
        if (!withoutValue.includes(name))
          for (const value of textsIn(given)) expect(text, name).to.include(value);
      }
    });
  }
});
