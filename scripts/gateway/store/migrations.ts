/** Steps from an empty file to what this version keeps, in their order; a step that was released never changes. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE transactions (
    id INTEGER PRIMARY KEY,
    account TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    target TEXT,
    data TEXT NOT NULL,
    hashes TEXT NOT NULL,
    raws TEXT NOT NULL DEFAULT '[]',
    block INTEGER NOT NULL,
    owner TEXT NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0
  );
  CREATE UNIQUE INDEX transactions_pending ON transactions (account, nonce) WHERE ended = 0;
  CREATE INDEX transactions_data ON transactions (account, target, ended);

  CREATE TABLE orders (
    id TEXT PRIMARY KEY,
    market TEXT NOT NULL,
    pile INTEGER NOT NULL,
    account TEXT NOT NULL,
    terms TEXT NOT NULL,
    r TEXT NOT NULL,
    vs TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    batch INTEGER,
    tx TEXT,
    block INTEGER,
    ended_ms INTEGER
  );
  CREATE INDEX orders_state ON orders (state, market);
  CREATE INDEX orders_batch ON orders (batch);

  CREATE TABLE batches (
    id INTEGER PRIMARY KEY,
    market TEXT NOT NULL,
    sender TEXT NOT NULL,
    open INTEGER NOT NULL DEFAULT 1
  );

  CREATE TABLE plans (
    market TEXT NOT NULL,
    frame INTEGER NOT NULL,
    plan TEXT NOT NULL,
    salt TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (market, frame)
  );

  CREATE TABLE readings (
    market TEXT NOT NULL,
    pile INTEGER NOT NULL,
    frame INTEGER NOT NULL,
    consumed_wh INTEGER NOT NULL,
    produced_wh INTEGER NOT NULL,
    word TEXT NOT NULL,
    r TEXT NOT NULL,
    vs TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (market, pile, frame)
  );
  `,
  `
  CREATE TABLE sessions (
    id INTEGER PRIMARY KEY,
    station TEXT NOT NULL,
    transaction_key TEXT NOT NULL,
    tag TEXT NOT NULL,
    started REAL NOT NULL,
    departure REAL NOT NULL,
    energy_wh INTEGER NOT NULL,
    limit_price INTEGER NOT NULL,
    bought_wh INTEGER NOT NULL DEFAULT 0,
    bought_to INTEGER NOT NULL DEFAULT 0,
    ended REAL,
    UNIQUE (station, transaction_key, started)
  );
  CREATE TABLE samples (
    station TEXT NOT NULL,
    at REAL NOT NULL,
    import_wh REAL NOT NULL,
    export_wh REAL NOT NULL,
    PRIMARY KEY (station, at)
  );
  `,
  `
  CREATE INDEX batches_open ON batches (market) WHERE open = 1;
  CREATE INDEX orders_ended ON orders (market, ended_ms);
  CREATE INDEX sessions_open ON sessions (station) WHERE ended IS NULL;
  `,
  `
  CREATE TABLE records (
    station TEXT NOT NULL,
    page INTEGER NOT NULL,
    first REAL NOT NULL,
    last REAL NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (station, page)
  );
  CREATE INDEX records_last ON records (station, last);
  `,
  `
  ALTER TABLE sessions ADD COLUMN side TEXT NOT NULL DEFAULT 'charge';
  `,
];
