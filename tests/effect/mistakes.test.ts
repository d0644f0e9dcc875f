import { expect } from "chai";
import { type PlainObject, readObjects } from "../../effect";
import { mistakes } from "../../effect/mistakes";

const object = (kind: string, apiVersion: string, metadata: object, spec: object): PlainObject => ({
  apiVersion,
  kind,
  metadata,
  spec,
});
const inNamespace = (namespace: string): PlainObject[] => {
  const named = (name: string) => ({ name, namespace });
  const service = (name: string, port: string): PlainObject =>
    object("Service", "v1", named(name), { selector: { app: "web" }, ports: [{ name: port, port: 8080 }] });
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [] } };
  return [
    object("Namespace", "v1", { name: namespace, labels: { "istio-injection": "enabled" } }, {}),
    object("Deployment", "apps/v1", named("web"), { selector: { matchLabels: { app: "web" } }, template }),
    service("web", "http"),
    service("web-2", "tcp"),
  ];
};
const placesOf = (objects: readonly PlainObject[]): string[] =>
  mistakes
    .contradictingServices(readObjects(objects))
    .map(({ object: { namespace, name }, path }) => `${namespace}/${name} ${path}`);

describe("effect/mistakes", () => {
  it("are found in each namespace, also where Services of another one have the same names", () => {
    expect(placesOf(inNamespace("shop"))).to.deep.equal(["shop/web-2 spec.ports[0]"]);
    expect(placesOf([...inNamespace("shop"), ...inNamespace("bank")])).to.have.members([
      "shop/web-2 spec.ports[0]",
      "bank/web-2 spec.ports[0]",
    ]);
  });

  it("are none where the Services of two namespaces contradict each other", () => {
    const [namespace, deployment, web] = inNamespace("shop");
    const [other, pods, , second] = inNamespace("bank");
    const objects = [namespace, deployment, web, other, pods, second].filter((one) => one !== undefined);
    expect(placesOf(objects)).to.deep.equal([]);
  });
});
