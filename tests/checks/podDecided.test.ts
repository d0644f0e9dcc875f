import { expect } from "chai";
import { decidedField, noImage, ownImage } from "../../checks/rules/podDecided";
import { checkMesh } from "../../mesh";

/** The findings about a pod fragment of `web` or of its version, with their fixes. */
function found(pod: object, place: "workload" | "version" = "workload"): string[] {
  const { findings } = checkMesh({
    name: "shop",
    services: {
      web: {
        ports: { http: { port: 8080, protocol: "http" } },
        workload: { image: "web:1", ...(place === "workload" && { pod }) },
        ...(place === "version" && {
          versions: { v1: { pod }, v2: {} },
          traffic: { weights: { v1: 100, v2: 0 } },
        }),
      },
    },
  });
  return findings
    .filter(({ code }) => code === "MW345")
    .map(({ path, message, fix }) => `${path}: ${message}. ${fix}`);
}

const at = "services.web.workload.pod";
const wrong = (path: string, { message, fix }: { message: string; fix: string }): string[] => [
  `${path}: ${message}. ${fix}`,
];

describe("the check of what the catalog decides of a pod", () => {
  it("finds its fields, each with its own fix", () => {
    const account = "set the service's serviceAccount.name: callees admit the service by its service account";
    const fields: [string, unknown, string][] = [
      ["serviceAccountName", "other", account],
      ["serviceAccount", "other", account],
      ["hostNetwork", true, "remove it: a pod in the host's network gets no sidecar, and so no identity"],
      ["ephemeralContainers", [], "remove it: kubectl debug adds them to running pods"],
    ];
    for (const [field, value, fix] of fields) {
      const expected = decidedField("web", field, fix);
      expect(found({ [field]: value }), field).to.deep.equal(wrong(`${at}.${field}`, expected));
      expect(found({ [field]: value }, "version"), field).to.deep.equal(
        wrong(`services.web.versions.v1.pod.${field}`, expected),
      );
    }
  });

  it("accepts other fields, and hostNetwork: false", () => {
    for (const pod of [{}, { nodeSelector: { disk: "ssd" } }, { hostNetwork: false }]) {
      expect(found(pod), JSON.stringify(pod)).to.deep.equal([]);
      expect(found(pod, "version"), JSON.stringify(pod)).to.deep.equal([]);
    }
  });

  it("finds an image of the application's container, and a container beside it without one", () => {
    const fluent = { name: "fluent", image: "fluent:1" };
    expect(found({ containers: [fluent, { name: "web" }] })).to.deep.equal([]);
    expect(found({ containers: [fluent, { name: "web", image: "web:2" }] })).to.deep.equal(
      wrong(`${at}.containers[1].image`, ownImage("web", "services.web.workload.image")),
    );
    expect(found({ containers: [{ name: "fluent" }] })).to.deep.equal(
      wrong(`${at}.containers[0].image`, noImage("web", "fluent")),
    );
    expect(found({ containers: [{ name: "web", image: "web:2" }] }, "version")).to.deep.equal(
      wrong(
        "services.web.versions.v1.pod.containers[0].image",
        ownImage("web", "services.web.versions.v1.image"),
      ),
    );
  });
});
