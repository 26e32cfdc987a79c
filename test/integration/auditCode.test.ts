import { expect } from "chai";
import { hexlify, toUtf8Bytes, ZeroAddress } from "ethers";
import hre, { ethers } from "hardhat";

import type { Matching } from "../../scripts/core/matching";
import { deploy } from "../helpers/market";

interface Code {
  agrees: boolean;
  ownMechanism?: string;
  contracts: { contract: string; address: string; difference?: string }[];
}

describe("audit:code", function () {
  this.timeout(60_000);

  async function audited(matching: Matching, mechanism?: string): Promise<Code & { code: number }> {
    const options = mechanism === undefined ? {} : { mechanism };
    const { market } = await deploy({ parameters: { matching }, through: "constructor", ...options });
    const said: string[] = [];
    const { log } = console;
    console.log = (...words: unknown[]) => void said.push(words.join(" "));
    try {
      await hre.run("audit:code", { feeder: "main", market: await market.getAddress(), json: true });
    } finally {
      console.log = log;
    }
    const code = Number(process.exitCode ?? 0);
    process.exitCode = undefined;
    return { ...(JSON.parse(said.join("\n")) as Code), code };
  }

  it("agrees about a market and all that it works with, its mechanism among them", async () => {
    const { agrees, contracts, code } = await audited("uniform");
    expect({ agrees, code }).to.deep.equal({ agrees: true, code: 0 });
    expect(contracts.map(({ contract }) => contract)).to.deep.equal([
      ...["Market", "Delivery", "UniformMechanism", "OcmfVerifier"],
    ]);
    expect(contracts.filter(({ address }) => address === ZeroAddress)).to.deep.equal([]);
  });

  it("finds a mechanism that says it is the thesis's and is not, and ends with 1", async () => {
    const hostile = await ethers.deployContract("HostileMechanism");
    const { agrees, contracts, code } = await audited("adbev", await hostile.getAddress());
    expect({ agrees, code }).to.deep.equal({ agrees: false, code: 1 });
    const wrong = contracts.filter(({ difference }) => difference !== undefined);
    expect(wrong.map(({ contract }) => contract)).to.deep.equal(["AdbevMechanism"]);
    expect(wrong[0]!.difference).to.match(/bytes of code, the build has|differs from the build's at byte/);
  });

  it("says of a mechanism of one's own that it is not of this build", async () => {
    const { deployedBytecode } = await hre.artifacts.readArtifact("McAfeeMechanism");
    const [known, other] = ["mcafee", "myrule"].map((name) => hexlify(toUtf8Bytes(name)).slice(2));
    expect(deployedBytecode).to.include(known);
    const address = ethers.Wallet.createRandom().address;
    await hre.network.provider.send("hardhat_setCode", [address, deployedBytecode.replaceAll(known!, other!)]);
    const { agrees, ownMechanism, contracts, code } = await audited("adbev", address);
    expect({ agrees, ownMechanism, code }).to.deep.equal({ agrees: true, ownMechanism: address, code: 0 });
    expect(contracts.map(({ contract }) => contract)).to.not.include("AdbevMechanism");
  });
});
