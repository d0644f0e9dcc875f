import { join } from "node:path";
import { expect } from "chai";
import { loadProject, stackSettings } from "../../cli/project";
import { checkMesh, renderMesh } from "../../mesh";
import { catalogOf } from "../../program/catalogOf";
import { planOf, releasesOf } from "../../program/plan";

describe("the projects of the examples", function () {
  this.timeout(60_000);

  for (const example of ["bookinfo", "online-boutique", "opentelemetry-demo"]) {
    it(`plan ${example} in dev and prod: Istio, the add-ons and the catalog's objects`, async () => {
      const project = await loadProject(join(__dirname, "..", "..", "examples", example));
      if (project === undefined) throw new Error(`${example} has no Pulumi.yaml`);
      expect(project.platforms.map(({ name }) => name)).to.deep.equal([example]);
      for (const stack of ["dev", "prod"]) {
        const settings = stackSettings(project, undefined, stack);
        expect(settings.environment).to.equal(stack);
        const plan = planOf(settings);
        const { mesh } = checkMesh(catalogOf(settings));
        if (mesh === undefined) throw new Error("the catalog has errors");
        expect(plan.objects).to.deep.equal(renderMesh(mesh));
        expect(releasesOf(plan).map(({ chart }) => chart)).to.include.members([
          "istiod",
          "gateway",
          "kiali-server",
        ]);
      }
    });
  }
});
