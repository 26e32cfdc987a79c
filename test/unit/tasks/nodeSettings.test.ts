import { expect } from "chai";

import { readNodeSettings } from "../../../tasks/support/nodeSettings";

const MNEMONIC = "test test test test test test test test test test test junk";
const KEY = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

/** Reads settings, of which those that are not given are not set. */
function read(given: Readonly<Record<string, string>>) {
  return readNodeSettings({ has: (name) => name in given, get: (name, usual = "") => given[name] ?? usual });
}

describe("settings of the network", () => {
  it("are a node on this machine without accounts, where none are set", () => {
    expect(read({})).to.deep.equal({ url: "http://127.0.0.1:8545", accounts: [], gasPrice: "auto" });
  });

  it("are a mnemonic or a key, with a price of gas", () => {
    expect(read({ ADBEV_MNEMONIC: `  ${MNEMONIC.replace(" ", "  ")} ` }).accounts).to.deep.equal({
      mnemonic: MNEMONIC,
    });
    for (const key of [KEY, `0x${KEY}`]) expect(read({ ADBEV_PRIVATE_KEY: key }).accounts).to.deep.equal([key]);
    expect(read({ ADBEV_GAS_PRICE: "0" }).gasPrice).to.equal(0);
  });

  for (const [name, value, expected] of [
    ["ADBEV_MNEMONIC", "foo bar", "found 2 that do not"],
    ["ADBEV_MNEMONIC", MNEMONIC.replace("junk", "jump"), "words that fit their checksum, found 12"],
    ["ADBEV_PRIVATE_KEY", "0x1234", "64 hexadecimal digits"],
    ["ADBEV_PRIVATE_KEY", `${KEY.slice(1)}x`, "64 hexadecimal digits"],
    ["ADBEV_PRIVATE_KEY", "0".repeat(64), "64 hexadecimal digits"],
    ["ADBEV_PRIVATE_KEY", "f".repeat(64), "64 hexadecimal digits"],
    ["ADBEV_GAS_PRICE", "-1", "a whole number of wei, or auto"],
    ["ADBEV_GAS_PRICE", "1 gwei", "a whole number of wei, or auto"],
  ] as const) {
    it(`are refused in one line that repeats no secret: ${name} of ${value.length} characters`, () => {
      const refused = (): unknown => read({ [name]: value });
      expect(refused)
        .to.throw(expected)
        .with.property("message")
        .that.matches(new RegExp(`^${name}: [^\\n]*$`));
      if (name !== "ADBEV_GAS_PRICE") expect(refused).not.to.throw(value);
    });
  }
});
