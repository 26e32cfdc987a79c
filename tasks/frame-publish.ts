import { open } from "node:fs/promises";
import { createInterface } from "node:readline/promises";

import type { HardhatRuntimeEnvironment } from "hardhat/types";

import type { MarketClient } from "../scripts/chain/marketClient";
import type { FramePublication } from "../scripts/chain/publications";
import type { Receipt, Transactor } from "../scripts/chain/transactor";
import { InputError } from "../scripts/core/errors";
import type { ExpectedLoad } from "../scripts/core/types";
import type { ExpectedLoadProfile } from "../scripts/planners/expectedLoad";
import { feederTask, type SendingArguments } from "./support/feederTask";
import { readText } from "./support/files";
import { wholeNumber } from "./support/flags";
import { framesText, frameText } from "./support/frameText";
import { guarded } from "./support/guarded";
import { chainTime, compileQuietly, connectFeeder, isDevelopmentChain, transactorOf } from "./support/network";
import { grouped, SENT_AS_JSON, toJsonText } from "./support/output";

interface PublishArguments extends SendingArguments {
  frames: string;
  load: string;
  import: string;
  export: string;
  file?: string;
  expected?: string;
}

/** A live block may come this much later than the command looks at the clock, s. */
const BLOCK_SECONDS = 30;

feederTask("frame:publish", "Publishes base load and tariffs of the next frames that may still be published")
  .addOptionalParam("account", "account with the grid operator's role", "0")
  .addOptionalParam("frames", "how many frames, 1 to 96", "48")
  .addOptionalParam("load", "base load of every frame, W", "33000")
  .addOptionalParam("import", "import tariff, pence per kWh: hundredths of the market's token", "20")
  .addOptionalParam("export", "export tariff, pence per kWh: hundredths of the market's token", "5")
  .addOptionalParam("file", "CSV with a line a frame instead; - reads it from standard input, line by line as it comes")
  .addOptionalParam("expected", "file of what arrivals:learn --out wrote: the load to expect of orders (default: none)")
  .addFlag("json", SENT_AS_JSON)
  .setAction(
    guarded(async (args: PublishArguments, hre) => {
      const count = wholeNumber("frames", args.frames, 1, 96);
      const baseLoadW = BigInt(wholeNumber("load", args.load, -(2 ** 31) + 1, 2 ** 31 - 1));
      await compileQuietly(hre);
      const { client } = await connectFeeder(hre, args.feeder);
      const publisher = await Publisher.of(hre, client, args);
      if (args.file === "-") {
        await publisher.publishLines(process.stdin, "standard input", 1);
      } else if (args.file !== undefined) {
        const { MOST_AT_ONCE } = await import("../scripts/chain/publications");
        const file = await open(args.file).catch(() => {
          throw new InputError("--file", `cannot read ${args.file}: no such file, or not readable`);
        });
        await publisher.publishLines(file.createReadStream(), args.file, MOST_AT_ONCE);
      } else {
        const [importPricePerKwh, exportPricePerKwh] = [
          await publisher.price("import"),
          await publisher.price("export"),
        ];
        const tariffs = { baseLoadW, importPricePerKwh, exportPricePerKwh, wheelingPricePerKwh: 0n };
        const frames = (await publisher.open()).slice(0, count);
        if (frames.length === 0) {
          throw new InputError("--frames", "everything that may be published by now is published");
        }
        await publisher.publish(frames.map((frame) => ({ frame, ...tariffs })));
      }
      publisher.print();
    }),
  );

async function profileOf({ expected }: PublishArguments, { parameters }: MarketClient) {
  if (expected === undefined) return undefined;
  if (parameters.settlement !== "benefit") {
    throw new InputError("--expected", "no plans compete in this market: nothing would count what is expected");
  }
  const { parseProfile } = await import("../scripts/chain/expectedProfile");
  return parseProfile(await readText("expected", expected), expected, parameters.frameSeconds);
}

/** Publishes what may still be published and is not, and tells what it left out. */
class Publisher {
  private readonly published: number[] = [];
  private readonly skipped: { frame: number; why: string }[] = [];
  private readonly receipts: Receipt[] = [];
  /** Loads that went out with frames. */
  private readonly expecting: ExpectedLoad[] = [];

  private constructor(
    private readonly hre: HardhatRuntimeEnvironment,
    private readonly client: MarketClient,
    private readonly sender: Transactor,
    private readonly args: PublishArguments,
    private readonly marginSeconds: number,
    private readonly expected: ExpectedLoadProfile | undefined,
  ) {}

  static async of(hre: HardhatRuntimeEnvironment, client: MarketClient, args: PublishArguments): Promise<Publisher> {
    const margin = (await isDevelopmentChain(hre)) ? 1 : BLOCK_SECONDS;
    return new Publisher(
      hre,
      client,
      await transactorOf(hre, args.account),
      args,
      margin,
      await profileOf(args, client),
    );
  }

  /** A tariff of the flags. @throws InputError naming the flag */
  async price(flag: "import" | "export"): Promise<bigint> {
    const { moneyOf } = await import("../scripts/chain/token");
    const money = await moneyOf(this.client, this.hre.ethers.provider);
    const price = money.parseHundredths(this.args[flag]);
    if (price !== undefined) return price;
    throw new InputError(
      `--${flag}`,
      `expected hundredths of ${money.token.symbol} per kWh such as 20 or 20.5, found "${this.args[flag]}"`,
    );
  }

  /** The frames that may be published and are not. */
  async open(): Promise<number[]> {
    const { inBatches } = await import("../scripts/quality/audit/inBatches");
    const { first, last } = await this.bounds();
    const frames = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
    const words = await inBatches(frames, async (frame) => this.client.publication(frame));
    return frames.filter((_, index) => words[index] === 0n);
  }

  async publish(publications: readonly FramePublication[]): Promise<void> {
    const { MOST_AT_ONCE } = await import("../scripts/chain/publications");
    for (let from = 0; from < publications.length; from += MOST_AT_ONCE) {
      const part = publications.slice(from, from + MOST_AT_ONCE).map((one) => this.withExpected(one));
      this.receipts.push(await this.client.publishFrames(this.sender, part));
      this.published.push(...part.map(({ frame }) => frame));
      this.expecting.push(...part.flatMap(({ expectedLoad }) => (expectedLoad === undefined ? [] : [expectedLoad])));
    }
  }

  /** A publication with the load of its time of day from `--expected`, unless it has its own. */
  private withExpected(publication: FramePublication): FramePublication {
    const expectedLoad = this.expected?.[publication.frame % this.expected.length];
    return expectedLoad === undefined ? publication : { expectedLoad, ...publication };
  }

  /** Publishes lines, at most `atOnce` together. */
  async publishLines(input: NodeJS.ReadableStream, place: string, atOnce: number): Promise<void> {
    const { PublicationReader } = await import("../scripts/chain/publications");
    const { moneyOf } = await import("../scripts/chain/token");
    const money = await moneyOf(this.client, this.hre.ethers.provider);
    const reader = new PublicationReader(place, this.client.parameters.frameSeconds, money);
    let waiting: FramePublication[] = [];
    const flush = async () => {
      const open = new Set(await this.open());
      await this.publish(waiting.filter(({ frame }) => open.has(frame)));
      const { first, last } = await this.bounds();
      for (const { frame } of waiting.filter((one) => !open.has(one.frame))) {
        const why = frame < first ? "too late" : frame > last ? "too early" : "published before";
        this.skipped.push({ frame, why });
      }
      waiting = [];
    };
    const read: FramePublication[] = [];
    try {
      for await (const line of createInterface({ input, crlfDelay: Infinity })) {
        const publication = reader.read(line);
        if (publication === undefined) continue;
        // Of a file, nothing is sent before all of it is understood; a stream may never end.
        if (atOnce === 1) waiting.push(publication);
        else read.push(publication);
        if (atOnce === 1) await flush();
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      throw new InputError("--file", `cannot read ${place}: no such file, or not readable`);
    }
    if (this.published.length + this.skipped.length + read.length === 0) {
      throw new InputError(place, "has no line that publishes a frame");
    }
    waiting = read;
    if (waiting.length > 0) await flush();
  }

  print(): void {
    const { published, expecting, skipped, receipts } = this;
    const gas = receipts.reduce((sum, { gasUsed }) => sum + gasUsed, 0n);
    const [firstFrame, lastFrame] = [Math.min(...published), Math.max(...published)];
    if (this.args.json) {
      const range = published.length === 0 ? {} : { firstFrame, lastFrame };
      const transactions = receipts.map(({ hash }) => hash);
      console.log(
        toJsonText({
          ...range,
          frames: published,
          framesExpecting: expecting.length,
          skipped,
          transaction: transactions.at(-1),
          transactions,
          gas,
        }),
      );
      return;
    }
    if (published.length > 0) {
      const all = published.length === lastFrame - firstFrame + 1 ? "" : `, ${published.length} of them`;
      const frames = framesText(firstFrame, lastFrame, this.client.parameters);
      const hashes = receipts.map(({ hash }) => hash).join(", ");
      console.log(`Published ${frames}${all} (gas ${grouped(gas)}, transaction ${hashes})`);
      if (expecting.length > 0) {
        const watts = expecting.map(({ loadW }) => Number(loadW));
        const range = `${grouped(BigInt(Math.min(...watts)))} to ${grouped(BigInt(Math.max(...watts)))} W`;
        console.log(`${expecting.length} of them expect a load of orders to come, ${range}`);
      }
    } else console.log("Published nothing");
    if (skipped.length > 0) {
      const left = skipped.map(({ frame, why }) => `${frameText(frame, this.client.parameters)}, ${why}`);
      console.log(`Left out: ${left.join("; ")}`);
    }
  }

  private async bounds(): Promise<{ first: number; last: number }> {
    const { publishableFrames } = await import("../scripts/chain/publications");
    const now = await chainTime(this.hre);
    // The soonest publishable frame counts from a block that comes later, the latest from now.
    const soon = publishableFrames(this.client.parameters, now + this.marginSeconds);
    return { first: soon.first, last: publishableFrames(this.client.parameters, now).last };
  }
}
