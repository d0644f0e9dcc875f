import { type Field, UNKNOWN } from "../reading/field";
import { isIstiod, istiodValue } from "../reading/release";
import { isAuthorizationPolicy, isTelemetry, type KubernetesResource } from "../reading/resource";
import type { JudgeEffect } from "./judged";

/** The texts about extension providers. */
export const messages = {
  authorizer: (title: string, path: string, name: string) =>
    `${title}: ${path} is "${name}", which is none of the mesh configuration's extensionProviders, so requests that the rules ` +
    `match are denied. Add the provider to meshConfig of istiod, or correct its name.`,
  telemetry: (title: string, path: string, name: string) =>
    `${title}: ${path} is "${name}", which is none of the mesh configuration's extensionProviders, so nothing is reported to ` +
    `it. Add the provider to meshConfig of istiod, or correct its name.`,
};

/** Istio's own providers. They report, and authorize nothing. */
const BUILT_IN = ["prometheus", "stackdriver", "envoy"];

/** Judges the names of extension providers, where the stack has the mesh configuration. */
export const judgeProviders: JudgeEffect = function* ({ stack, undecided }) {
  const istiods = stack.filter(isIstiod);
  if (istiods.length === 0) return;
  const declared = istiods.map((one) => istiodValue(one, "meshConfig", "extensionProviders"));
  const names = declared.flatMap((list) => list.children().map((one) => one.at("name").value));
  if (declared.some((list) => list.peek === UNKNOWN) || names.includes(UNKNOWN)) {
    for (const one of istiods.filter(({ unknowns }) => unknowns.size > 0)) undecided.add(one);
    return;
  }
  for (const resource of stack.filter(({ type }) => !type.patch)) {
    const { type, fields, title } = resource;
    if (isAuthorizationPolicy(type) && fields.at("spec", "action").peek === "CUSTOM") {
      const field = fields.at("spec", "provider", "name");
      if (isMissing(field, names))
        yield { subject: resource, message: messages.authorizer(title, field.path, field.peek) };
    }
    if (!isTelemetry(type)) continue;
    for (const field of reporting(resource)) {
      if (!isMissing(field, [...names, ...BUILT_IN])) continue;
      yield { subject: resource, message: messages.telemetry(title, field.path, field.peek) };
    }
  }
};

function isMissing(name: Field, names: readonly unknown[]): name is Field & { readonly peek: string } {
  return typeof name.peek === "string" && !names.includes(name.peek);
}

function reporting({ fields }: KubernetesResource): Field[] {
  return ["accessLogging", "tracing", "metrics"]
    .flatMap((section) => fields.at("spec", section).children())
    .flatMap((one) => one.at("providers").children())
    .map((provider) => provider.at("name"));
}
