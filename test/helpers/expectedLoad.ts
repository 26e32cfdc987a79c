/** Fields of a publication that expects no load of orders. */
export const NOTHING_EXPECTED = { expectedLoadW: 0n, arrivalLags: `0x${"00".repeat(10)}` } as const;
