import { expect } from "chai";
import { ethers } from "hardhat";

import { deployDirect, publish } from "../unit/contracts/fixtures";

/** Two blemishes at frame numbers that no real market has; neither cost anybody anything. Both are mended. */
describe("Finding: the first frames of the epoch", () => {
  // Was: an empty slot read as "frame 0", so frame 0 was taken for published.
  it("publishing frame 0 is too late, not a repetition", async () => {
    const { market } = await deployDirect(0);
    await expect(publish(market, 0)).to.be.revertedWithCustomError(market, "PublishedTooLate").withArgs(0, 0);
  });

  // Was: the step into the first frame ever cleared started from `frame - 2`, which frame 1 does not have.
  it("no market has frames so long that its first one could be frame 1", async () => {
    const frameSeconds = 2 ** 32 - 1;
    const market = await ethers.getContractFactory("Market");
    await expect(deployDirect(0, { frameSeconds, auctionSeconds: frameSeconds - 1 }))
      .to.be.revertedWithCustomError(market, "InvalidParameter")
      .withArgs(ethers.encodeBytes32String("frameSeconds"), frameSeconds);
    await deployDirect(0, { frameSeconds: 86_400 });
  });
});
