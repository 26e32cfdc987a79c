import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";
import hre, { ethers } from "hardhat";

import { MarketClient } from "../../../scripts/chain/marketClient";
import { Market__factory } from "../../../typechain-types";
import { ALL_CASES } from "../../helpers/cases";
import { deployFeeders } from "../../../tasks/support/network";
import { type GivenMechanism, readMechanism } from "../../../tasks/support/ownMechanism";
import { ask, bid, clear, freshFrame, nth, PENNY, TARIFFS } from "../contracts/fixtures";

const folder = mkdtempSync(join(tmpdir(), "adbev-mechanism-"));
const EXAMPLE = "docs/examples/PostedPrice.sol";

/** Source of a mechanism, with parts of it in other words. */
interface Parts {
  name?: string;
  accepts?: string;
  propose?: string;
  more?: string;
}

/** A file of a mechanism that decides nothing, but for what `parts` say. */
function fileOf(label: string, { name, accepts, propose, more = "" }: Parts = {}): string {
  const types = join(hre.config.paths.sources, "interfaces");
  const source = `pragma solidity 0.8.37;
import { IMechanism } from "${types}/IMechanism.sol";
import { IMarketParameters } from "${types}/IMarketParameters.sol";
${more}
contract ${label} is IMechanism {
  error Unsuitable(uint256 piles);
  function propose(Terms calldata, uint256[] calldata) external pure returns (uint256[] memory fills, uint256[] memory ranked) { ${propose ?? ""} }
  function accepts(IMarketParameters.Parameters calldata) external pure returns (bytes4) { ${accepts ?? "return IMechanism.accepts.selector;"} }
  function name() external pure returns (bytes32) { return ${name ?? '"mine"'}; }
}
`;
  const file = join(folder, `${label}.sol`);
  writeFileSync(file, source);
  return file;
}

/** A fill in the words of a Solidity file. */
const fill = (sell: number, buy: number, energyWh: number, price: string) =>
  `fills = new uint256[](1); fills[0] = ${sell} | (${buy} << 16) | (${energyWh} << 32) | ((${price}) << 56);`;

/** Refusals that the tests try by default. */
const BY_DEFAULT = /^(no file|an address|what does not compile|no mechanism|another answer|a seller below)/;

let feeders = 0;

async function deployed(given: GivenMechanism) {
  const [addresses] = await deployFeeders(hre, [`own${++feeders}`], {}, undefined, {}, given);
  return addresses!;
}

/** The message with which a market by a file's mechanism is refused. */
async function refusal(file: string, standing = false): Promise<string> {
  return readMechanism(hre, file, { standing })
    .then(deployed)
    .then(
      () => "",
      (error: Error) => error.message,
    );
}

describe("a mechanism of one's own", function () {
  this.timeout(180_000);

  it("has forty lines at most, is deployed from its file, and its market clears by it", async () => {
    expect(readFileSync(EXAMPLE, "utf8").trim().split("\n").length).to.be.at.most(40);
    const given = await readMechanism(hre, EXAMPLE, { standing: true });
    const { market: address } = await deployed(given);
    const market = Market__factory.connect(address, nth(await ethers.getSigners(), 0));
    const { parameters, mechanismAddress } = await MarketClient.connect(address, ethers.provider);
    expect(parameters.matching).to.equal("own");
    expect(given).to.have.property("runtime", await ethers.provider.getCode(mechanismAddress));
    const [, ...piles] = await ethers.getSigners();
    const token = await ethers.getContractAt("TestToken", (await market.parameters()).token);
    await token.faucet(nth(piles, 0), 10n ** 12n);
    await token.connect(nth(piles, 0)).approve(market, ethers.MaxUint256);
    for (const pile of piles.slice(0, 3)) {
      await market.registerPile(pile, pile, pile, 7_000);
      await market.connect(nth(piles, 0)).deposit(pile, 10n ** 9n);
    }
    const start = await freshFrame(market, parameters);
    const price = (TARIFFS.importPricePerKwh * 9n) / 10n;
    await market.connect(nth(piles, 0)).place(ask(13n * PENNY, 600n, start + 3));
    await market.connect(nth(piles, 1)).place(ask(price + PENNY, 600n, start + 3));
    await market.connect(nth(piles, 2)).place(bid(TARIFFS.importPricePerKwh, 1_000n, start + 3));
    const { fills } = await clear(market, start + 1);
    expect(fills).to.deep.equal([
      { sell: 1, buy: 3, energyWh: 600n, price },
      { sell: 0, buy: 3, energyWh: 400n, price: TARIFFS.importPricePerKwh },
    ]);

    // The same contract where it stands: another market takes it by its address.
    const standing = await readMechanism(hre, mechanismAddress.toLowerCase(), { standing: true });
    const again = await MarketClient.connect((await deployed(standing)).market, ethers.provider);
    expect(again.mechanismAddress).to.equal(mechanismAddress);
    expect(await refusal(await market.getAddress(), true)).to.match(/^--mechanism: name\(\) reverts/);
  });

  for (const [what, file, said] of [
    ["no file", () => join(folder, "none.sol"), /cannot read .*none\.sol: no such file$/],
    ["an address without a contract", () => `0x${"7".repeat(40)}`, /^--mechanism: there is no contract at 0x7{40}$/],
    [
      "what does not compile",
      () => fileOf("Broken", { accepts: "return 1" }),
      /Broken\.sol:\d+: ParserError: Expected ';'/,
    ],
    ["no mechanism", () => "contracts/libraries/Money.sol", /Money\.sol holds no mechanism; expected one contract/],
    [
      "a constructor's argument",
      () => fileOf("Built", { propose: "} constructor(uint256) {" }),
      /constructor of Built takes/,
    ],
    [
      "a rule's own name",
      () => fileOf("Named", { name: '"uniform"' }),
      /answers "uniform", which is a rule that comes along/,
    ],
    ["no name", () => fileOf("Nameless", { name: "0" }), /name\(\) answers 0x0{64}; expected a word of text$/],
    [
      "another answer at the trial",
      () => fileOf("Other", { accepts: "return 0x12345678;" }),
      /accepts\(\) of Other answers something else/,
    ],
    [
      "a refusal of the market",
      () => fileOf("Choosy", { accepts: "revert Unsuitable(7);" }),
      /accepts\(\) of Choosy refuses the market: Unsuitable \(piles 7\)$/,
    ],
    [
      "a proposal that reverts",
      () => fileOf("Sorry", { propose: "revert Unsuitable(3);" }),
      /propose\(\) reverts: Unsuitable \(piles 3\)$/,
    ],
    [
      "a proposal without end",
      () => fileOf("Endless", { propose: "for (uint256 i; ; ++i) { ranked = new uint256[](i); }" }),
      /propose\(\) (uses more than|reverts)/,
    ],
    [
      "an answer in other words",
      () => fileOf("Rubbish", { propose: "assembly { mstore(0, 1) return(0, 32) }" }),
      /propose\(\) answers 0x0+1…?; expected two lists/,
    ],
    [
      "a buyer above its limit",
      () => fileOf("Dear", { propose: fill(2, 1, 1_000, "10 ** 9") }),
      /fill 0: 1000000000 is above the buyer's limit/,
    ],
    [
      "a seller below its limit",
      () => fileOf("Cheap", { propose: fill(2, 1, 1_000, "1") }),
      /fill 0: 1 is below the seller's limit/,
    ],
    [
      "more than there is",
      () => fileOf("Greedy", { propose: fill(2, 1, 1_001, "1") }),
      /fill 0: 1001 Wh is not what is displayed/,
    ],
    ["a stranger", () => fileOf("Strange", { propose: fill(3, 1, 1_000, "1") }), /fill 0: pile 3 sells to pile 1/],
  ] as [string, () => string, RegExp][]) {
    if (!ALL_CASES && !BY_DEFAULT.test(what)) continue; // A run of the compiler each.
    it(`is refused in one line: ${what}`, async () => {
      const message = await refusal(file(), true);
      expect(message).to.match(said);
      expect(message).not.to.include("\n");
    });
  }
});
