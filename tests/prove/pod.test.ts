import { expect } from "chai";
import { withProxyUser } from "../../prove/laboratory/pod";

describe("a pod of the laboratory", () => {
  it("redirects by the user of its own proxy", () => {
    const args = ["istio-iptables", "-p", "15001", "-u", "1337", "-m", "REDIRECT"];
    expect(withProxyUser(args, 20_016)).to.deep.equal(args.with(4, "20016"));
    expect(withProxyUser(["istio-iptables"], 20_016)).to.deep.equal(["istio-iptables"]);
  });
});
