import { expect } from "chai";
import { excessOf } from "../../reading/addressBlock";

describe("an address block", () => {
  it("is not too wide if it fits one network", () => {
    for (const block of [
      ...["10.0.0.0/8", "10.0.0.1", "203.0.113.0/24", "0.0.0.0/32", "2001:db8::/32", "2002:a00::/24", "::1"],
      ...["::ffff:10.0.0.0/104", "64:ff9b::a00:0/104", "::ffff:10.0.0.1", "::ffff:0:0/x", "1::/32"],
      ...["fd00::/8", "fc00::/7", "FD12:3456::/32", "shop.example.com", "", "0.0.0.0/0x"],
    ]) {
      expect(excessOf(block), block).to.equal(undefined);
    }
  });

  it("is too wide otherwise", () => {
    for (const block of ["0.0.0.0/0", "10.0.0.0/0", "::/0"]) {
      expect(excessOf(block), block).to.equal("every address");
    }
    for (const block of [
      "::ffff:0.0.0.0/96",
      "::FFFF:0:0/96",
      "0:0:0:0:0:ffff::/96",
      "::/96",
      "0:0:0:0:0:ffff:0:0/96",
      "0:0:0:0:0:ffff:10.0.0.0/96",
    ]) {
      expect(excessOf(block), block).to.equal("every IPv4 address");
    }
    for (const block of [
      "64:ff9b::/96",
      "::ffff:0:0:0/96",
      "2002::/16",
      "64:ff9b::10.0.0.0/96",
      "64:ff9b:0:0:0:0:0:0/96",
    ]) {
      expect(excessOf(block), block).to.equal("every IPv4 address");
    }
    for (const block of ["::ffff:128.0.0.0/97", "2002:8000::/17"]) {
      expect(excessOf(block), block).to.equal("more addresses than a /8");
    }
    for (const block of ["0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/7"]) {
      expect(excessOf(block), block).to.equal("more addresses than a /8");
    }
    for (const block of [
      "::/1",
      "2000::/3",
      "2001::/15",
      "fc00::/6",
      "fe80::/10",
      "2001:fd00::/8",
      "1:2:3:4:5:6:7:8/9",
      "::1:0:0/15",
    ]) {
      expect(excessOf(block), block).to.equal("more addresses than a /16");
    }
  });
});
