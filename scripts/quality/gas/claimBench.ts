import { toBeHex, Wallet, zeroPadValue } from "ethers";

import { DELIVERY_INTERFACE } from "../../chain/interfaces";
import type { Receipt, Transactor } from "../../chain/transactor";
import type { DeploymentParameters } from "../../core/parameters";
import type { Publication } from "../../core/types";
import { packFrameProof, recordMeterKey } from "../../metering/recordMeter";
import { newMeter, type SigningMeter, signRecord } from "../../metering/signRecord";
import type { BenchSetting } from "./measurement";
import type { ReceiptLog } from "./receipts";

const BALANCE = 100_000_000_000n;
const PILE_W = 22_000n;
const PILE = 1;
const ENERGY_WH = 1_500n;
const PUBLICATION: Publication = {
  baseLoadW: 10_000n,
  importPricePerKwh: 200_000n,
  exportPricePerKwh: 50_000n,
  wheelingPricePerKwh: 0n,
};
/** The market in which claims and records are measured: whoever clears or settles has a claim. */
export const CLAIM_BENCH_PARAMETERS: Partial<DeploymentParameters> = {
  readingSeconds: 3600,
  keeperReward: 1_000n,
  pileCap: 2,
};
/** Frames after which the ring of readings uses its slots again. */
const READING_RING = 64;
/** Frames measured, every second one; as many before them fill the slots that these rewrite. */
const MEASURED = 4;

/** Claims on the operator's account, and readings that follow from a meter's records, on state that has been used. */
export class ClaimBench {
  private readonly meter: SigningMeter = newMeter();
  private readonly wallet: Wallet;
  private registerWh = 1_000_000n;
  private page = 1;

  constructor(
    private readonly setting: BenchSetting,
    private readonly log: ReceiptLog,
    seed: number,
  ) {
    this.wallet = new Wallet(zeroPadValue(toBeHex(seed * 1_000_000 + 900_000), 32));
  }

  /** Measures both. */
  async run(): Promise<void> {
    const { client, sender, clock } = this.setting;
    await client.drawFromFaucet(sender, 2n * BALANCE);
    const pile = await this.setting.accountAt(this.wallet.address);
    const meterKey = recordMeterKey(client.address, PILE, this.meter.description);
    await client.register(sender, { account: pile.address, operator: pile.address, meterKey, ratedW: PILE_W });
    await client.deposit(sender, pile.address, BALANCE);
    const first = Math.floor((await clock.now()) / client.parameters.frameSeconds) + client.parameters.leadFrames + 4;
    for (const [from, measured] of [
      [first, false],
      [first + READING_RING, true],
    ] as const) {
      await this.publish(from);
      for (let i = 0; i < MEASURED; i++) {
        // The first keeper leaves its claims: who collects is not the last that has one.
        await this.frame(from + 2 * i, pile, from + i === first ? pile : sender, measured);
      }
    }
  }

  /** Publishes the frames from `first` on, at the last moment. */
  private async publish(first: number): Promise<void> {
    const { client, sender, clock } = this.setting;
    const { frameSeconds, auctionSeconds, leadFrames } = client.parameters;
    await clock.reach((first - leadFrames - 1) * frameSeconds - auctionSeconds);
    await client.publish(sender, first, Array<Publication>(2 * MEASURED).fill(PUBLICATION));
  }

  /** A frame that the grid fills, a keeper clears and settles, and a record closes. @param keeper whose claims it makes */
  private async frame(frame: number, pile: Transactor, keeper: Transactor, measured: boolean): Promise<void> {
    const { client, sender, clock } = this.setting;
    const { frameSeconds, auctionSeconds } = client.parameters;
    const note = (kind: string, receipt: Receipt) => this.log.note(measured ? kind : "warm-up", receipt);
    await clock.reach((frame - 1) * frameSeconds);
    const price = PUBLICATION.importPricePerKwh;
    await client.place(pile, { side: "charge", price, energyWh: ENERGY_WH, peakWh: 0n, expiryFrame: frame });
    await clock.reach(frame * frameSeconds - auctionSeconds);
    const { cleared } = await client.clear(keeper, frame);
    await clock.reach((frame + 1) * frameSeconds);
    const proof = packFrameProof(PILE, frame, this.meter.description, this.records(frame, frameSeconds));
    const data = DELIVERY_INTERFACE.encodeFunctionData("submitRecords", [client.address, [proof]]);
    note("submitRecords, a frame by two records", await sender.send({ to: client.deliveryAddress, data }));
    await client.settle(keeper, cleared, await client.publication(frame));
    if (keeper === sender) note("collectClaim", await client.collectClaim(sender, sender.address));
  }

  /** A record at the beginning and one at the end of a frame, of nearly the agreed energy. */
  private records(frame: number, frameSeconds: number): string[] {
    return [0, 1].map((end) => {
      this.registerWh += BigInt(end) * (ENERGY_WH - 1n);
      return signRecord(this.meter, this.page++, [{ time: (frame + end) * frameSeconds, importWh: this.registerWh }]);
    });
  }
}
