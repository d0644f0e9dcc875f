import { expect } from "chai";
import { inProcess } from "./inProcess";

describe("meshwright prove", () => {
  it("refuses a --longest-wait without a unit before it reads the catalog, in every tier", async () => {
    for (const tier of ["static", "traffic"]) {
      const command = ["prove", "none.yaml", "--tier", tier, "--longest-wait", "soon"];
      const { exitCode, stdout, stderr } = await inProcess(command, {});
      expect([exitCode, stdout]).to.deep.equal([2, ""]);
      expect(stderr).to.contain("error: --longest-wait soon is not a duration.");
    }
  });

  it("refuses an --only that no claim contains, instead of proving nothing", async () => {
    const command = ["prove", "examples/bookinfo/catalog.ts", "--tier", "static", "--only"];
    const { exitCode, stdout, stderr } = await inProcess([...command, "services.nothing"], {});
    expect([exitCode, stdout]).to.deep.equal([1, ""]);
    expect(stderr).to.contain(
      'error: No claim of the tier static contains "services.nothing" in its path or sentence.',
    );
    expect((await inProcess([...command, "services.reviews"], {})).exitCode).to.equal(0);
  });
});
