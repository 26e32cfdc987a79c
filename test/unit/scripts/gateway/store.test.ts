import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { Database, StoreFailure } from "../../../../scripts/gateway/store/database";
import { StoredJournal } from "../../../../scripts/gateway/store/journal";
import { ReadingStore } from "../../../../scripts/gateway/store/readings";
import { isOwned, type PendingTransaction, THIS_PROCESS } from "../../../../scripts/chain/transactionJournal";

const ACCOUNT = "0x00000000000000000000000000000000000000AA";
const CALL = { to: "0x00000000000000000000000000000000000000BB", data: "0x1234" };
const entry = (nonce: number): PendingTransaction => ({ nonce, ...CALL, hashes: [], block: 1, owner: THIS_PROCESS });
const file = () => join(mkdtempSync(join(tmpdir(), "adbev-")), "gateway.sqlite");

describe("scripts/gateway/store", () => {
  it("keeps what was committed, and nothing of what was not", () => {
    const path = file();
    const store = Database.open(path);
    store.run("INSERT INTO batches (market, sender) VALUES ('0x1', '0x2')");
    expect(() =>
      store.atomically(() => {
        store.run("INSERT INTO batches (market, sender) VALUES ('0x3', '0x4')");
        throw new Error("dies");
      }),
    ).to.throw("dies");
    store.close();
    const again = Database.open(path);
    expect(again.all("SELECT market FROM batches").map(({ market }) => market)).to.deep.equal(["0x1"]);
    again.close();
  });

  it("belongs to one gateway, and is not made of any file", () => {
    const path = file();
    const store = Database.open(path);
    expect(() => Database.open(path)).to.throw("another gateway works with this file");
    store.close();
    const text = file();
    writeFileSync(text, "no database, but long enough to be looked at as one ".repeat(40));
    expect(() => Database.open(text)).to.throw("no file of a gateway");
    const later = Database.open(path);
    later.run("PRAGMA user_version = 99");
    later.close();
    expect(() => Database.open(path)).to.throw("of a later version, 99");
  });

  it("says that it can keep nothing more, and stays as it was", () => {
    const store = Database.open(file());
    store.limitPages(30);
    const fill = () => store.run("INSERT INTO batches (market, sender) VALUES (?, ?)", "x".repeat(4_000), "y");
    expect(() => {
      for (let i = 0; i < 100; i++) fill();
    }).to.throw(StoreFailure);
    const { count } = store.get("SELECT count(*) AS count FROM batches")!;
    store.limitPages(10_000);
    fill();
    expect(store.get("SELECT count(*) AS count FROM batches")!["count"]).to.equal(Number(count) + 1);
    store.close();
  });

  it("finds a transaction by its call before, while and after it is pending", async () => {
    const store = Database.open(":memory:");
    const journal = new StoredJournal(store, ACCOUNT);
    await journal.exclusively(async (entries, save) => {
      entries.push(entry(7));
      await save();
      journal.noteSigned({ nonce: 7, hash: "0xh1", raw: "0xr1" });
    });
    journal.noteSigned({ nonce: 7, hash: "0xh2", raw: "0xr2" });
    expect(journal.unfinished()).to.deep.equal([{ nonce: 7, hashes: ["0xh1", "0xh2"], raws: ["0xr1", "0xr2"] }]);
    expect(journal.endedHashes(CALL)).to.deep.equal([]);
    await journal.exclusively(async (entries) => entries.splice(0));
    expect(journal.unfinished()).to.deep.equal([]);
    expect(journal.endedHashes(CALL)).to.deep.equal(["0xh1", "0xh2"]);
    expect(journal.endedHashes({ ...CALL, data: "0x5678" })).to.deep.equal([]);
    expect(journal.revive(CALL)).to.equal("0xr2");
    expect(journal.unfinished()).to.have.length(1);
    // Its nonce waits already: it is not made pending twice.
    expect(journal.revive(CALL)).to.equal(undefined);
  });

  it("leaves what an ended gateway sent to its successor, even under the same process id", async () => {
    const path = file();
    const first = Database.open(path);
    await new StoredJournal(first, ACCOUNT).exclusively(async (entries) => entries.push(entry(0)));
    first.close();
    const second = Database.open(path);
    const owned = await new StoredJournal(second, ACCOUNT).exclusively(async (entries) => entries.map(isOwned));
    expect(owned).to.deep.equal([false]);
    second.close();
  });

  it("keeps a reading once", () => {
    const readings = new ReadingStore(Database.open(":memory:"), { address: "0x1" });
    const reading = { pile: 3, frame: 10, consumedWh: 500n, producedWh: 0n };
    const signed = { reading: 2n ** 90n + 1n, r: "0x1", vs: "0x2" };
    expect(readings.keep(reading, signed)).to.equal(true);
    expect(readings.keep({ ...reading, consumedWh: 1n }, signed)).to.equal(false);
    expect(readings.of(10)).to.deep.equal([{ ...reading, signed }]);
    expect(readings.of(11)).to.deep.equal([]);
  });
});
