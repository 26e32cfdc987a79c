/** The largest order and reading, Wh, and the largest price or tariff, in ticks: what fits in 24 bits on chain. */
export const MAX_UINT24 = 2n ** 24n - 1n;

/** An order's last frame is at most this many frames after its first one: two days. SPEC 2. */
export const MAX_LIFETIME_FRAMES = 96;

/** A frame may be published at most this many frames ahead of the one that is running. */
export const MAX_PUBLICATION_LEAD_FRAMES = 96;

/** For how many frames a published base load is remembered; the publication of frame k + 128 displaces frame k's. */
export const PUBLICATION_MEMORY_FRAMES = 128;
