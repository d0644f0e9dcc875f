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
});
