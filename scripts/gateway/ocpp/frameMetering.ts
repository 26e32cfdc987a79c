import type { BaseWallet } from "ethers";

import { decidedFrame } from "../../chain/decidedFrame";
import { decodeFill } from "../../chain/packedWords";
import { RecordRefusal } from "../../metering/frameEnergy";
import { type FrameProof, packFrameProof, recordMeterKey } from "../../metering/recordMeter";
import type { Registry } from "../desk/registry";
import type { KeptMarket } from "../keeper/duty";
import type { ReadingStore } from "../store/readings";
import { movedBetween } from "./meterValues";
import type { RecordStore } from "./recordStore";
import { sendRecords } from "./sendRecords";
import type { Station } from "./station";

/** A meter of a station: a key here that signs for it, or one of its own, whose records are kept. */
type StationMeter = { key: BaseWallet } | { records: RecordStore };

/** A station, the pile that it is, and its meter. */
export interface MeteredStation {
  station: Station;
  /** The pile's account. */
  pile: { address: string };
  meter: StationMeter;
}

/** Energy that a station drew and fed in in a frame, and what it bought and sold, Wh. */
interface FrameDraw {
  station: string;
  frame: number;
  drewWh: number;
  gaveWh: number;
  agreedWh: number;
  soldWh: number;
}

/** {@link FrameDraw} without what its meter shows. */
type Agreed = Omit<FrameDraw, "drewWh" | "gaveWh">;

/** Frames whose readings are still looked for. */
const FRAMES_BACK = 8;
/** Later than any frame: asks for a meter after every change on record. */
const LAST_FRAME = 2 ** 32 - 1;

interface Ready {
  proof: FrameProof;
  draw: FrameDraw;
  pages: string;
}

/** Cuts meters' registers at the ends of frames: signs what the market is to know of them, or hands in their records. */
export class FrameMetering {
  /** Records of frames that the contract refused, or that do not say: not tried again until there are others. */
  private readonly refused = new Map<string, string>();
  /** Stations whose meters' keys were looked at. */
  private readonly lookedAt = new Set<string>();

  constructor(
    private readonly market: KeptMarket,
    private readonly registry: Registry,
    private readonly readings: ReadingStore,
    private readonly stations: readonly MeteredStation[],
  ) {}

  /** Reads what is there of the frames that are over. @returns what became known, and how many transactions it took */
  async read(now: number): Promise<{ draws: FrameDraw[]; sent: number }> {
    const { client, provider } = this.market;
    const { frameSeconds, readingSeconds } = client.parameters;
    const draws: FrameDraw[] = [];
    if (readingSeconds === 0) return { draws, sent: 0 };
    const over = Math.floor(now / frameSeconds) - 1;
    for (const one of this.stations) if (!this.lookedAt.has(one.station.id)) await this.lookAtKey(one);
    let sent = 0;
    for (let frame = over; frame > over - FRAMES_BACK; frame--) {
      if ((await client.frameRecord(frame))?.open !== true) continue;
      const known = new Set(this.readings.of(frame).map(({ pile }) => pile));
      const fills = ((await decidedFrame(client, provider, frame))?.packed ?? []).map(decodeFill);
      const ready: Ready[] = [];
      for (const one of this.stations) {
        const pile = this.registry.of(one.pile.address)?.index;
        if (pile === undefined || known.has(pile)) continue;
        const agreed = fills.filter(({ buy, sell }) => buy === pile || sell === pile);
        if (agreed.length === 0) continue;
        const sumOf = (of: "buy" | "sell") =>
          agreed.filter((fill) => fill[of] === pile).reduce((sum, { energyWh }) => sum + Number(energyWh), 0);
        const place = { station: one.station.id, frame, agreedWh: sumOf("buy"), soldWh: sumOf("sell") };
        if ("records" in one.meter) ready.push(...(await this.prove(one.meter.records, pile, place)));
        else draws.push(...(await this.sign(one.station, one.meter.key, pile, place)));
      }
      const handed = await this.handIn(ready);
      draws.push(...handed.draws);
      sent += handed.sent;
    }
    return { draws, sent };
  }

  /** Says which key a pile needs for its meter's records to count, where it has another. */
  private async lookAtKey({ station, pile, meter }: MeteredStation): Promise<void> {
    const { client, log } = this.market;
    const index = this.registry.of(pile.address)?.index;
    if (index === undefined) return;
    this.lookedAt.add(station.id);
    if (!("records" in meter)) return;
    const wanted = recordMeterKey(client.address, index, meter.records.meter);
    const { key } = await client.meter(index, LAST_FRAME);
    if (key.toLowerCase() === wanted) return;
    const said = "the pile has another meter key; records count once the registrar has set this one";
    log.warn({ station: station.id, pile: index, key, wanted }, said);
  }

  private async sign(station: Station, key: BaseWallet, pile: number, place: Agreed): Promise<FrameDraw[]> {
    const { client } = this.market;
    const [from, until] = this.span(place.frame);
    const idle = station.sessions.current() === undefined;
    const moved = movedBetween(station.sessions.samples(from, until), from, until, idle);
    if (moved === undefined) return [];
    const reading = { pile, frame: place.frame, ...moved };
    if (!this.readings.keep(reading, await client.signReading(key, reading))) return [];
    return [{ ...place, drewWh: Number(moved.consumedWh), gaveWh: Number(moved.producedWh) }];
  }

  private async prove(records: RecordStore, pile: number, place: Agreed): Promise<Ready[]> {
    const { client, log } = this.market;
    const { station, frame } = place;
    const name = `${frame} ${pile}`;
    const pages = records.pagesBetween(...this.span(frame));
    if (pages === undefined || this.refused.get(name) === pages) return [];
    if (await client.hasReading(pile, frame)) return [];
    try {
      const energy = records.between(...this.span(frame));
      if (energy === undefined) return [];
      const proof = packFrameProof(pile, frame, records.meter, energy.records);
      const draw = { ...place, drewWh: Number(energy.consumedWh), gaveWh: Number(energy.producedWh) };
      return [{ proof, pages, draw }];
    } catch (error) {
      if (!(error instanceof RecordRefusal)) throw error;
      log.warn({ station, frame, pages, refusal: error.message }, "the meter's records do not say what it moved");
      this.note(name, pages);
      return [];
    }
  }

  private async handIn(ready: readonly Ready[]): Promise<{ draws: FrameDraw[]; sent: number }> {
    const { stored, refused, sent } = await sendRecords(this.market, ready);
    for (const { one, reason } of refused) {
      const { proof, pages, draw } = one;
      const { station, frame } = draw;
      this.market.log.warn({ station, frame, pages, refusal: reason }, "the contract refused the meter's records");
      this.note(`${frame} ${proof.pile}`, pages);
    }
    return { draws: stored.map(({ draw }) => draw), sent };
  }

  private note(name: string, pages: string): void {
    this.refused.set(name, pages);
    if (this.refused.size > FRAMES_BACK * this.stations.length) this.refused.delete(this.refused.keys().next().value!);
  }

  private span(frame: number): [number, number] {
    const { frameSeconds } = this.market.client.parameters;
    return [frame * frameSeconds, (frame + 1) * frameSeconds];
  }
}
