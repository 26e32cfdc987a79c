import { expect } from "chai";
import { ethers } from "hardhat";

import { decodeFrameRecord } from "../../../../scripts/chain/packedWords";
import type { FrameRecordHarness } from "../../../../typechain-types";
import { drawnLayout, drawnWord, extremes } from "../../../helpers/drawnWords";

describe("FrameRecord", () => {
  let harness: FrameRecordHarness;
  before(async () => (harness = await ethers.deployContract("FrameRecordHarness")));

  const layout = drawnLayout("FrameRecord", ["loadW"]);

  it("packs and reads where it is drawn, for Solidity and TypeScript", async () => {
    expect(Object.keys(layout)).to.deep.equal(["frame", "loadW", "digest"]);
    for (const values of extremes(layout)) {
      const { frame, loadW, digest } = values;
      // The lowest bits of the hash are not kept.
      for (const lost of [0n, (1n << 72n) - 1n]) {
        const hash = ethers.toBeHex((digest! << 72n) | lost, 32);
        const word = await harness.packRecord(frame!, loadW!, hash);
        expect(word).to.equal(drawnWord(layout, values));
        const record = await harness.readRecord(word, hash);
        expect([record.frame, record.loadW, record.open, record.matches]).to.deep.equal([
          frame,
          loadW,
          digest !== 0n,
          true,
        ]);
        expect(record.next).to.equal(word);
        expect((await harness.readRecord(word, ethers.ZeroHash)).next).to.equal(
          drawnWord(layout, { ...values, digest: 0n }),
        );
        if (word !== 0n) {
          expect(decodeFrameRecord(word)).to.deep.equal({ frame: Number(frame), loadW, open: digest !== 0n });
        }
      }
      for (const bit of [72n, 255n]) {
        const other = ethers.toBeHex((digest! << 72n) ^ (1n << bit), 32);
        expect((await harness.readRecord(drawnWord(layout, values), other)).matches).to.equal(false);
      }
    }
    expect(decodeFrameRecord(0n)).to.equal(undefined);
  });
});
