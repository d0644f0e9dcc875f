import { mutationsOfServices } from "./index";
import { itFinds } from "./itFinds";

/** A file of its own, so that another process can run it. */
describe("checks of the platforms find every mistake of services at its place:", () => {
  itFinds(mutationsOfServices);
});
